"""One theme for pages and charts: colours that everybody can tell apart, on light and on dark."""

from typing import Any

# Levels take the blue and the vermilion of Okabe and Ito (2008) first: every pair of them stays apart for
# protanopes, deuteranopes and tritanopes. The darker twins on white keep a contrast of 3:1 or more.
LIGHT = {
    "paper": "#ffffff",
    "panel": "#f5f7f9",
    "ink": "#14202b",
    "muted": "#52606d",
    "faint": "#9aa7b3",
    "rule": "#d8dfe6",
    "grid": "#e8ecf0",
    "link": "#0a5a9c",
    "good": "#00704f",
    "warn": "#8a5a00",
    "stop": "#b3261e",
    "band": "#e3e9ef",
    "active": "#5f2c8c",
    "level-1": "#0072b2",
    "level-2": "#d55e00",
    "level-3": "#008a66",
    "level-4": "#b0578d",
    "level-5": "#8a7000",
    "level-6": "#2a8fc4",
    "level-7": "#5b5b5b",
}
DARK = {
    "paper": "#10171e",
    "panel": "#18222c",
    "ink": "#e9eef3",
    "muted": "#a9b6c2",
    "faint": "#6d7c8a",
    "rule": "#2d3a46",
    "grid": "#22303b",
    "link": "#7dbdf5",
    "good": "#4cc79d",
    "warn": "#e3b04b",
    "stop": "#ff8a80",
    "band": "#243340",
    "active": "#c7a4f2",
    "level-1": "#56b4e9",
    "level-2": "#f28e3c",
    "level-3": "#3cc79f",
    "level-4": "#dc98c2",
    "level-5": "#e0cc4e",
    "level-6": "#9ad2f2",
    "level-7": "#c0c0c0",
}
LEVELS = [f"var(--level-{i})" for i in range(1, 8)]
SANS = '"Helvetica Neue", Helvetica, "Liberation Sans", Arial, sans-serif'


def style_variables() -> str:
    """The colours as CSS variables: by system, by the reader's switch, and light on paper."""

    def block(colours: dict[str, str]) -> str:
        return "".join(f"--{name}:{colour};" for name, colour in colours.items())

    light, dark = f"color-scheme:light;{block(LIGHT)}", f"color-scheme:dark;{block(DARK)}"
    return (
        f":root{{{light}--sans:{SANS};}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{{dark}}}}}\n"
    )


def chart_config() -> dict[str, Any]:
    """Vega-Lite's config. Colours are CSS variables, so that charts follow the page without being drawn again."""
    ink, muted, rule, grid = "var(--ink)", "var(--muted)", "var(--rule)", "var(--grid)"
    return {
        "background": "transparent",
        "font": SANS,
        "view": {"stroke": None},
        "axis": {
            "labelColor": muted,
            "titleColor": muted,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "titlePadding": 8,
            "labelLimit": 150,
            "labelSeparation": 5,
            "domainColor": rule,
            "tickColor": rule,
            "gridColor": grid,
            "tickSize": 4,
        },
        "axisX": {"grid": False},
        "legend": {"labelColor": muted, "titleColor": muted, "labelFontSize": 12, "orient": "top"},
        "title": {
            "color": ink,
            "fontSize": 13,
            "fontWeight": 600,
            "anchor": "start",
            "subtitleColor": muted,
            "subtitleFontSize": 12,
            "offset": 10,
        },
        "range": {"category": LEVELS, "ordinal": LEVELS},
        "point": {"filled": True, "size": 46},
        "rule": {"color": muted},
        "text": {"color": ink, "fontSize": 12},
        "line": {"strokeWidth": 2},
    }
