"""Ideas that are not built, and why: each reason with the wordings that show it, tried on the cleaned text."""

import re
from dataclasses import dataclass

from botyard.records.design import Refusal


@dataclass(frozen=True, slots=True)
class _Reason:
    reason: str
    text: str
    offer: str
    patterns: tuple[str, ...]


_COIN = r"(?:btc|bitcoin|eth|ethereum|sol|solana|doge|xrp|ada|bnb|ltc|avax|link|spy|qqq|gold|oil|silver|nasdaq)"

_REASONS: tuple[_Reason, ...] = (
    _Reason(
        "not_a_strategy",
        "This is no trading idea but an instruction to the program; it is not followed.",
        'Describe when to enter and when to leave, such as "fast ema crosses slow ema".',
        (
            r"\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:previous|prior|above|all|your|earlier|these|the)\b.{0,20}\b(?:instructions?|prompts?|rules|guidelines)\b",
            r"\b(?:print|show|reveal|output|send|leak|tell|give|dump|email|upload|post|exfiltrate|read|cat)\b.{0,40}\b(?:api[ _-]?keys?|secrets?|passwords?|tokens?|credentials?|private keys?|env(?:ironment)? ?var\w*|environ\b|system prompt|\.env|seed phrase|prompt)\b",
            r"\b(?:os\.|subprocess|import os|__import__|eval\s*\(|exec\s*\(|rm -rf|/etc/|\.\./|curl |wget |sudo |drop table|<script|base64|sys\.exit|open\s*\(['\"])",
            r"\b(?:developer|dan|god|jailbreak|debug) mode\b|\bjailbreak\b|\bsystem prompt\b|\byou are (?:now|no longer)\b|\bact as\b|\bpretend (?:to be|you)\b|\bnew instructions?\b",
            r"^\s*(?:system|assistant)\s*:",
            r"\b(?:write|tell|sing|compose)\b.{0,15}\b(?:poem|joke|story|song|essay|recipe)\b|\b(?:weather|recipe|capital of)\b.{0,10}\b(?:in|for|of|today)\b",
            r"\bdelete\b.{0,20}\b(?:files?|database|everything|bots?)\b|\b(?:withdraw|transfer|send)\b.{0,25}\b(?:funds|money|coins|wallet|balance|btc|eth|usdt)\b",
        ),
    ),
    _Reason(
        "unbounded_risk",
        "Raising the position after losses has no bounded loss: one long losing streak takes the whole account.",
        "The same entries and exits with a fixed size and a stop can be built.",
        (
            r"\bmartingal\w*\b|\banti-?martingale\b",
            r"\b(?:doubl\w+|tripl\w+|increas\w+|multipl\w+|bigger|twice|2x|larger)\b.{0,45}\b(?:after|on|at|until|if|each|every|when)\b.{0,45}\b(?:los(?:s|ses|ing|e|es|t)|drop|drops|red|down|recover\w*|win)\b",
            r"\b(?:if|when|after|each|every)\b.{0,40}\b(?:los(?:s|ses|ing|e|es|t))\b.{0,40}\b(?:doubl\w+|tripl\w+|twice|increase|bigger|larger)\b",
            r"\baverag\w+ down\b|\bkeep (?:buying|adding)\b.{0,30}\b(?:drop\w*|fall\w*|dip\w*|down|lower)\b|\bgrid\b(?:.{0,20}\b(?:bot|trading|orders?|strategy|martingale)\b)",
            r"\b(?:add|buy more|double up|double down|pyramid)\b.{0,40}\b(?:loser\w*|losing|as it (?:falls|drops)|against (?:us|me))\b|\bdouble down\b",
            r"\b(?:\d+|max\w*|hundred)\s*x leverage\b",
        ),
    ),
    _Reason(
        "look_ahead",
        "This needs prices that are not known yet. Only closed bars of the past can be used.",
        "A rule on past bars can be built, such as the previous day's low and high.",
        (
            r"\btomorrow(?:'?s)?\b|\bnext (?:day|bar|candle|week|hour|month|session)(?:'?s)?\b.{0,30}\b(?:high|low|close|open|price|up|down|green|red|higher|lower|rises?|falls?|will)\b",
            r"\b(?:before|ahead of)\b.{0,12}\b(?:it|price|the price|rsi|the rsi|the move|the cross\w*|the pump|the crash|the rally|the breakout|the drop|a crash|a pump)\b.{0,25}\b(?:cross\w*|ris\w+|fall\w*|drop\w*|pump\w*|crash\w*|rall\w+|happens|breaks?|starts?|moves?)\b",
            r"\b(?:bars?|candles?|day|days|hour|hours|minutes?)\s+before\b.{0,40}\b(?:cross\w*|ris\w+|fall\w*|drop\w*|break\w*|pump\w*|crash\w*|peak\w*|turn\w*|bottom\w*|top\w*)\b",
            r"\b(?:at|near|on|right before|just before|before) the (?:exact |very |absolute )?(?:top|bottom|peak)\b(?!.{0,14}\b(?:band|bollinger|keltner|channel|donchian|of the (?:band|channel|range|bollinger|keltner|donchian))\b)",
            r"\bfuture (?:price|bar|close|high|low|data|candle|return)s?\b|\b(?:knows?|knowing|predict\w*|forecast\w*)\b.{0,25}\b(?:future|will|next|price)\b|\bwill (?:be (?:higher|lower|above|below|up|down|green|red)|go (?:up|down)|rise|fall|close (?:higher|lower|above|below)|rally|crash|pump|drop)\b|\bis going to (?:rise|fall|go|drop|pump|crash|close)\b|\bgonna (?:rise|fall|go|drop|pump|crash|moon)\b",
            r"\b(?:today|day|week|month|year|session)'?s (?:final |eventual )?(?:high|low|close)\b(?=.{0,40}\bbefore\b)|\b(?:lowest|highest) (?:price|point) of the (?:day|week|month|year|coming)\b|\b(?:the )?(?:low|high|bottom|top|lowest|highest) of (?:the day|today|the week|this week|the month|the year)\b",
        ),
    ),
    _Reason(
        "sub_bar",
        "This needs the order book, quotes or ticks inside a bar; Botyard decides once per closed bar of at least one minute. Bars are 1, 3, 5, 15 or 30 minutes, 1, 2 or 4 hours, or a day.",
        "A rule on closed bars of one minute or longer can be built.",
        (
            r"\border ?book\b|\bbest bid\b|\bbest ask\b|\bbid\b.{0,8}\bask\b|\bbid ?/ ?ask\b|\blevel ?(?:2|ii|two)\b|\bmarket depth\b|\btape\b|\bfootprint\b|\bcumulative delta\b|\border flow\b|\borderflow\b",
            r"\bmake (?:a )?markets?\b|\bmarket ?mak\w+\b|\b(?:requote|quote) (?:bid|both|every)\b|\bcancel (?:and|/|&) replace\b|\bqueue position\b|\bcapture the spread\b|\bearn the spread\b",
            r"\bevery (?:second|tick|millisecond)\b|\b\d+\s*(?:ms|milliseconds?|seconds?|secs?|s)\b(?! ?&)|\bper (?:second|tick)\b|\btick (?:data|by tick|chart|charts)\b|\b(?:high[ -]frequency|hft)\b|\bone tick\b|\b\d+ ticks?\b|\bsub-?(?:second|minute)\b|\blatency\b|\bfront[ -]?run\w*\b",
        ),
    ),
    _Reason(
        "not_bars",
        "This needs data other than price and volume bars.",
        "A rule on open, high, low, close and volume can be built.",
        (
            r"\btweet\w*\b|\btwitter\b|\breddit\b|\bnews\b|\bheadline\w*\b|\bsentiment\b|\belon\b|\bmusk\b|\btelegram\b|\bdiscord\b|\bgoogle trends\b|\bsocial media\b|\binfluencer\w*\b|\bcopy(?:ing)?[ -](?:the )?trad\w+\b|\bleader ?boards?\b|\bpodcast\b",
            r"\bfed\b|\bfomc\b|\bcpi\b|\binflation\b|\binterest rates?\b|\brate (?:cut|hike)s?\b|\bearnings\b|\bp/?e ratio\b|\bdividend\w*\b|\bfundamentals?\b|\bnon-?farm\b|\bnfp\b|\bgdp\b|\bunemployment\b|\belection\b|\beconomic (?:calendar|data)\b|\bbalance sheet\b|\bmarket ?cap\b",
            r"\bfunding rates?\b|\bopen interest\b|\bliquidations?\b|\bon-?chain\b|\bwhale\w*\b|\bwallets?\b|\bhash ?rate\b|\bfear (?:and|&) greed\b|\bvix\b|\bimplied vol\w*\b|\boptions? (?:chain|flow|data)\b|\bput/?call\b|\bdominance\b|\bexchange (?:inflow|outflow|flow)s?\b|\blong/?short ratio\b|\bgas fees?\b",
            r"\bmoon phase\b|\bfull moon\b|\bnew moon\b|\bhoroscope\b|\bastrolog\w*\b|\bweather\b|\bgut feeling\b|\bmy (?:friend|uncle|wife|cousin)\b",
        ),
    ),
    _Reason(
        "several_instruments",
        "This needs several instruments at once; a strategy here trades exactly one.",
        "The same rule on one instrument can be built; the ranking chooses which one.",
        (
            r"\bpairs? trad\w*\b|\bspread between\b|\btheir spread\b|\bcointegrat\w*\b|\bcorrelat\w*\b|\barbitrage\b|\bratio (?:of|between)\b.{0,20}\b(?:btc|eth|price)\b",
            rf"\b(?P<one>{_COIN})\b.{{0,60}}\b(?!(?P=one))(?:{_COIN})\b",
            r"\btop \d+\b|\bout of (?:the )?(?:top )?\d+\b(?! (?:candles?|bars?|closes|days?))|\bbasket\b|\bportfolio of\b|\b\d+ (?:strongest|weakest|best|worst|biggest|most \w+|cheapest|top) ?\w*\b|\b(?:strongest|best|worst|weakest|cheapest) (?:\d+ )?(?:performing )?(?:alt ?coins?|alts?|coins?|stocks?|assets?|performers?|tokens?|pairs)\b|\brank (?:all|the|coins|stocks)\b|\brelative strength (?:against|vs|versus|ranking)\b|\b(?:all|each of the|several|multiple|many|both) (?:coins|stocks|assets|pairs|tokens|symbols|instruments)\b|\brotat\w+ (?:every|each|daily|weekly|into|between|among|to)\b|\bsector\w*\b|\ball (?:altcoins|alts)\b",
        ),
    ),
)  # fmt: skip


def refusal(idea: str, text: str) -> Refusal | None:
    """Say why an idea is not built, or None; `text` is the cleaned idea."""
    for reason in _REASONS:
        if any(re.search(pattern, text) for pattern in reason.patterns):
            return Refusal(idea, reason.reason, reason.text, reason.offer)  # type: ignore[arg-type] # reasons of the record
    return None
