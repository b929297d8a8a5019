"""The offline sheet: an XLSX of one assessment to fill in without a connection and to bring back.

``columns`` names its parts, ``export`` writes it, ``package`` holds any file to its bounds and ``xlsx`` reads it, ``pdf_form``
makes a workbook of the workshop form, ``reading`` understands ours, ``plan`` says what an import would change, ``importing``
does it.
"""
