"""PDFs are rendered by worker processes, never in a request: what is wanted (``orders``), the queue, the worker."""
