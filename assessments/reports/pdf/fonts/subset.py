"""Makes the font files of this folder from the npm packages that README.md names. Run by hand, when one of them is updated:

    python assessments/reports/pdf/fonts/subset.py FOLDER

FOLDER holds the unpacked packages, each under its name without „@expo-google-fonts/“.
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

#: What a report needs of a typeface beside its letters. Small capitals, old figures and the like are left out.
FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "liga", "rlig", "calt", "init", "medi", "fina", "isol", "tnum", "curs"]
INDIC = ["abvm", "blwm", "abvs", "blws", "pres", "psts", "haln", "half", "akhn", "rphf", "rkrf", "pref", "blwf", "cjct", "vatu"]
SYMBOLS = [(0x2190, 0x21FF), (0x2200, 0x22FF), (0x2300, 0x23FF), (0x2460, 0x24FF), (0x2500, 0x25FF), (0x2600, 0x27BF)]
#: In every file, or a blank within a run of its letters would be missing.
BLANKS = {0x20, 0xA0, 0x200B, 0x200C, 0x200D}
CJK_SIGNS = [(0x3000, 0x30FF), (0x3105, 0x312F), (0xFF01, 0xFFEE)]


def ranges(pairs: Iterable[tuple[int, int]]) -> set[int]:
    return {code for first, last in pairs for code in range(first, last + 1)}


def encoded(codec: str, first_bytes: Iterable[int]) -> Iterator[int]:
    """The characters of a national standard, by the first of their two bytes: the common ones are in its first rows."""
    for first in first_bytes:
        for second in range(0x40, 0xFF):
            try:
                text = bytes([first, second]).decode(codec)
            except UnicodeDecodeError:
                continue
            if len(text) == 1:
                yield ord(text)


def han() -> set[int]:
    """Simplified (GB 2312, both levels), traditional (Big5, level 1) and Japanese (JIS X 0208, level 1), and their signs."""
    return (
        set(encoded("gb2312", range(0xA1, 0xF8)))
        | set(encoded("big5", range(0xA4, 0xC7)))
        | set(encoded("euc_jp", range(0xB0, 0xD0)))
        | ranges(CJK_SIGNS)
    )


def hangul() -> set[int]:
    """The syllables of KS X 1001, and the letters they are made of."""
    return set(encoded("euc_kr", range(0xB0, 0xC9))) | ranges([(0x3131, 0x318E)])


#: File, source within FOLDER, characters (None: all), further features.
FONTS: list[tuple[str, str, set[int] | None, list[str]]] = [
    ("FiraSans-Regular", "fira-sans/400Regular/FiraSans_400Regular", None, []),
    ("FiraSans-Italic", "fira-sans/400Regular_Italic/FiraSans_400Regular_Italic", None, []),
    ("FiraSans-SemiBold", "fira-sans/600SemiBold/FiraSans_600SemiBold", None, []),
    ("NotoSansArabic-Regular", "noto-sans-arabic/400Regular/NotoSansArabic_400Regular", None, []),
    ("NotoSansDevanagari-Regular", "noto-sans-devanagari/400Regular/NotoSansDevanagari_400Regular", None, INDIC),
    ("NotoSansHebrew-Regular", "noto-sans-hebrew/400Regular/NotoSansHebrew_400Regular", None, []),
    ("NotoSansKR-Regular", "noto-sans-kr/400Regular/NotoSansKR_400Regular", hangul(), []),
    ("NotoSansMath-Regular", "noto-sans-math/400Regular/NotoSansMath_400Regular", ranges(SYMBOLS), []),
    ("NotoSansSC-Regular", "noto-sans-sc/400Regular/NotoSansSC_400Regular", han(), []),
    ("NotoSansSymbols2-Regular", "noto-sans-symbols-2/400Regular/NotoSansSymbols2_400Regular", ranges(SYMBOLS), []),
    ("NotoSansThai-Regular", "noto-sans-thai/400Regular/NotoSansThai_400Regular", None, []),
    ("NotoEmoji-Regular", "noto-emoji/400Regular/NotoEmoji_400Regular", None, []),
]


def make(folder: Path, target: Path) -> None:
    for name, source, characters, features in FONTS:
        options = subset.Options(
            layout_features=FEATURES + features,
            hinting=False,
            notdef_outline=True,
            name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17],
        )
        font = TTFont(folder / f"{source}.ttf", recalcTimestamp=False)
        chooser = subset.Subsetter(options)
        chooser.populate(unicodes=BLANKS | characters if characters is not None else font.getBestCmap())
        chooser.subset(font)
        font.save(target / f"{name}.ttf")


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(__file__).parent)
