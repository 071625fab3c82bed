"""The bundle of Vega that all pages share."""

from functools import cache
from importlib.metadata import version

from reports.pages.set_up import kept

VEGA_LITE = "6.4"
# What the bundle is made from, so that a house makes it anew only when that changes.
VEGA = f"Vega-Lite {VEGA_LITE} of vl-convert-python {version('vl-convert-python')}"
NAME = VEGA.replace(" ", "-")


def vega_bundle() -> dict[str, bytes]:
    """assets/vega.js."""
    return kept(NAME, bundle)


@cache
def bundle() -> dict[str, bytes]:
    """A classic script, since pages from disk may not load modules; it takes a second to make."""
    import vl_convert

    made = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VEGA_LITE)
    return {"assets/vega.js": f"(() => {{\n{made}\n}})();\n".encode()}
