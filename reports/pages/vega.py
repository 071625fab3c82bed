"""The bundle of Vega that all pages share: made at set-up (`python -m reports.pages.vega`), else by the first night."""

import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path

VEGA_LITE = "6.4"
# What the bundle is made from, so that a house makes it anew only when that changes.
VEGA = f"Vega-Lite {VEGA_LITE} of vl-convert-python {version('vl-convert-python')}"
MADE_AT_SETUP = Path(sys.prefix, "share", "doehouse", f"{VEGA.replace(' ', '-')}.js")


def vega_bundle() -> dict[str, bytes]:
    """assets/vega.js."""
    return {"assets/vega.js": MADE_AT_SETUP.read_bytes() if MADE_AT_SETUP.is_file() else bundle()}


@cache
def bundle() -> bytes:
    """A classic script, since pages from disk may not load modules; it takes a second to make."""
    import vl_convert

    made = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    return f"(() => {{\n{made}\n}})();\n".encode()


if __name__ == "__main__":
    MADE_AT_SETUP.parent.mkdir(parents=True, exist_ok=True)
    unfinished = MADE_AT_SETUP.with_suffix(".unfinished")
    unfinished.write_bytes(bundle())
    unfinished.replace(MADE_AT_SETUP)
