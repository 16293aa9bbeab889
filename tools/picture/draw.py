"""Turns coloured terminal text on standard input into an SVG picture on standard output."""

import io
import re
import sys

from rich.console import Console
from rich.text import Text

text = sys.stdin.read()
# What users will see and the assumptions are long; the picture goes on with what to do.
start, rest = text.split("\nwhat users will see:")
text = start.rstrip() + "\n\n…\n\n" + rest[rest.index("to do:"):].rstrip()
console = Console(record=True, width=112, file=io.StringIO(), force_terminal=True)
console.print("$ ica-policy check --connection examples/seed-conflict/ica.toml", style="bold")
console.print(Text.from_ansi(text), soft_wrap=False)
svg = console.export_svg(title="ica-policy check")
# No font is fetched from elsewhere: a picture in a README must not call out.
svg = re.sub(r"@font-face \{[^}]*\}", "", svg)
sys.stdout.write(svg + "\n")
