"""The colours of the pictures, which a page may replace by its own.

They are told apart by colour-blind people, too (Okabe and Ito 2008, Color universal design), and none says what shape
or place does not say. Each has one meaning: VERMILION and its grounds what has not the outcome, BLUE what has it, INK
what a model or its rows say, GREY what that is read against.
"""

INK, PAPER = "#000000", "#ffffff"
LABEL = "#1a1a1a"  # on a coloured ground
VERMILION, BLUE, GREY, SHADE = "#d55e00", "#0072b2", "#737373", "#e3e7eb"
REGIONS = ("#f0a878", "#f5c5a5", "#fbe3d4", "#d6e8f4", "#a8cfe8", "#77b4db")
