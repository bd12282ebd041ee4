"""Pictures as SVG: a sheet of paper with a title, shapes in the project's colours, and alt text."""

from __future__ import annotations

from xml.sax.saxutils import escape

INK, MUTED, LINE, PAPER, SHADE = "#1f2933", "#5f6b7a", "#9aa5b1", "#ffffff", "#eef1f5"
ROOT, TONE, TONE_EDGE = "#9a5615", "#f8ead9", "#9a5615"
VOICES = ("#9a5615", "#1d5f8a", "#2f6b3c", "#8b2f5a", "#5a4aa0", "#6b5b12", "#8a2f1d", "#444b54")
_FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"


class Drawing:
    """A picture that grows by shapes; lengths are pixels. It has a ground of its own, so that it
    reads on a light and on a dark page.

    >>> picture = Drawing("Am", "A minor on a keyboard: A C E")
    >>> picture.text(10, 20, "A♭ & C")
    >>> svg = picture.svg(100, 40)
    >>> svg.startswith("<svg"), "A♭ &amp; C" in svg, "<title>Am</title>" in svg
    (True, True, True)
    """

    def __init__(self, title: str, description: str) -> None:
        self._title = title
        self._description = description
        self._shapes: list[str] = []

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        *,
        edge: str = "none",
        radius: float = 0,
        thick: float = 1,
    ) -> None:
        """Draw a rectangle."""
        line = f' stroke="{edge}" stroke-width="{thick:g}"' if edge != "none" else ""
        round_ = f' rx="{radius:g}"' if radius else ""
        self._shapes.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{round_} '
            f'fill="{fill}"{line}/>'
        )

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, stroke: str = LINE, thick: float = 1
    ) -> None:
        """Draw a straight line."""
        self._shapes.append(
            f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" stroke="{stroke}" stroke-width="{thick:g}"/>'
        )

    def circle(
        self, x: float, y: float, radius: float, fill: str, *, edge: str = "none", thick: float = 1
    ) -> None:
        """Draw a disc."""
        line = f' stroke="{edge}" stroke-width="{thick:g}"' if edge != "none" else ""
        self._shapes.append(f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}"{line}/>')

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 12,
        fill: str = INK,
        bold: bool = False,
        anchor: str = "middle",
    ) -> None:
        """Write words; `y` is the base line, `anchor` is start, middle or end."""
        weight = ' font-weight="600"' if bold else ""
        self._shapes.append(
            f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{fill}" '
            f'text-anchor="{anchor}"{weight}>{escape(words)}</text>'
        )

    def dot(self, x: float, y: float, radius: float, name: str, *, root: bool) -> None:
        """Draw a named tone: the root filled strongly, others lightly."""
        self.circle(x, y, radius, ROOT if root else TONE, edge=TONE_EDGE, thick=1.25)
        size = radius * (1.05 if len(name) < 3 else 0.85)
        self.text(x, y + size * 0.36, name, size=size, bold=True, fill=PAPER if root else INK)

    def svg(self, width: float, height: float) -> str:
        """Return the finished picture of that size."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" role="img" font-family="{_FONT}">'
            f"<title>{escape(self._title)}</title><desc>{escape(self._description)}</desc>"
            f'<rect width="100%" height="100%" rx="6" fill="{PAPER}"/>'
            f"{''.join(self._shapes)}</svg>"
        )
