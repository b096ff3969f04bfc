"""More words for kinds that the lexicon has: how people who trade all day shorten things."""

from botyard.stages.designer.reading.phrases import Phrases, same

MORE_PHRASES: dict[str, Phrases] = {
    "enter": same("in|get in"),
    "buy": same("grab a long|grab longs|buy in|load up|ride it long|pick up a long"),
    "exit": same("get flat|quit|quit it|be out|step away|get out of it|scratch it|sell out of it|close up|kill the trade|ditch it"),
    "when": same("@|whenever the|each time the"),
    "above": same("on the right side of|clear of", "up"),
    "up": same("bull|to the long side", "up"),
    "down": same("bear|to the short side", "down"),
    "bullish": same("bull", "up"),
    "bearish": same("bear", "down"),
    "motion": same("loses|lose|losing|lost|reclaim|reclaiming|reclaimed|regains|regain"),
    "flips_up": same("flip up|an up flip|flipping up|turn up|turning up|turned up|hooks up|curls up", "up"),
    "flips_down": same("flip down|a down flip|flipping down|turn down|turning down|turned down|hooks down|curls down", "down"),
    "rising": same("slope positive|slope is positive|slope up|slope rising|has a positive slope|with a positive slope|slope above 0|slope above zero|curling up", "up"),
    "falling": same("slope negative|slope is negative|slope down|slope falling|has a negative slope|with a negative slope|slope below 0|slope below zero|curling down", "down"),
    "touch": same("pulls back to touch|comes back to touch|dips to touch|pulls back into|comes back into|drops into"),
    "stop_joint": same("after|after a|when down|@"),
    "through": same("ride it with|ride it with a|ride it|ride with|ride the trend with|trail it with"),
    "engulf_up": same("engulfing bull candle|bull engulfing|bull engulfing candle|engulfing bull bar|a bull engulfing", "up"),
    "engulf_down": same("engulfing bear candle|bear engulfing|bear engulfing candle|engulfing bear bar|a bear engulfing", "down"),
    "label": same("fade|fading|momo|trend trade|swing idea|scalper|dip buyer"),
    "closes_higher": same("higher closes|up closes|higher close|up close|first up close|first higher close|a higher close|an up close", "up"),
    "closes_lower": same("lower closes|down closes|lower close|down close|first down close|first lower close|a lower close|a down close", "down"),
    "pronoun": same("it|that line|that average"),
    "both_sides": same("reverse on each flip|reverse on every flip|reverse on each cross|reverse on every cross|reverse each time"),
    "strategy_noun": same("trend following|following"),
    "as_stop": same("as stop|as a stop|as the stop|as my stop"),
    "cross_by_x": same("x|cross|crossing|crossover"),
}  # fmt: skip
