"""File names for what users name: safe on every file system, and never two alike."""

import hashlib
import re
import unicodedata

RESERVED = {
    "assets",
    "conformance",
    "curves",
    "data",
    "dictionary",
    "figures",
    "index",
    "quality",
    "runs",
    "tonight",
}
LONGEST = 80


def slug(name: str) -> str:
    """The name itself where it is plain; else what of it is, with eight digits of its digest."""
    if (
        re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name)
        and len(name) <= LONGEST
        and name.lower() not in RESERVED
    ):
        return name
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9]+", "-", ascii_only).strip("-")[:40]
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{plain}-{digest}".lstrip("-")
