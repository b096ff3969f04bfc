"""Botyard: from a trading idea in plain words to a live bot, unattended, with proof."""

__version__ = "0.1.0"
