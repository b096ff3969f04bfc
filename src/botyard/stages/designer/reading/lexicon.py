"""The words that the designer knows: phrases by kind, and the few fillers that carry no meaning.

A phrase list reads "one|two words|three"; several kinds may hold the same phrase, the grammar decides by place.
A word that stands in no list is asked about; it is never passed over.
"""

from botyard.stages.designer.reading.lexicon_measures import MEASURE_PHRASES
from botyard.stages.designer.reading.lexicon_slang import MORE_PHRASES
from botyard.stages.designer.reading.lexicon_trades import TRADE_PHRASES
from botyard.stages.designer.reading.phrases import Phrases, same, table

FILLERS = frozenset(
    ["a", "an", "the", "is", "are", "be", "being", "am", "of", "then", "so", "like", "yo", "please", "just", "simply", "i", "we", "you", "my", "our", "your", "have", "has", "this", "that", "these", "those", "it", "its", "there", "here", "to", "will", "would", "should", "shall", "can", "could", "do", "does", "always", "really", "let", "me", "us", "want", "going", "got", "also", "too", "again", "currently", "now", "were", "was", "been", "basically", "actually", "dude", "bro", "man", "hey", "hi", "thanks", "thank", "one", "ones", "level", "levels", "value", "values", "which", "set", "put", "place", "using", "use", "okay", "ok", "well", "own", "current", "back"]
)  # fmt: skip

INSTRUMENTS = frozenset(
    [
        "btc",
        "bitcoin",
        "eth",
        "ethereum",
        "sol",
        "solana",
        "doge",
        "dogecoin",
        "xrp",
        "ada",
        "bnb",
        "ltc",
        "btcusdt",
        "ethusdt",
        "btcusd",
        "ethusd",
        "aapl",
        "spy",
        "qqq",
        "tsla",
        "nvda",
        "crypto",
        "bitcoins",
        "avax",
        "link",
        "dot",
        "matic",
        "nasdaq",
        "gold",
        "apple",
        "eurusd",
    ]
)
"""Instruments that an idea may name: skipped, with an assumption that says so."""


def _days(**rows: str) -> Phrases:
    numbers: dict[str, tuple[int, ...]] = {
        "mon": (0,),
        "tue": (1,),
        "wed": (2,),
        "thu": (3,),
        "fri": (4,),
        "sat": (5,),
        "sun": (6,),
    }
    numbers |= {"workdays": (0, 1, 2, 3, 4), "weekend": (5, 6)}
    return {tuple(p.split()): numbers[day] for day, phrases in rows.items() for p in phrases.split("|")}


_POSITION = "|trade|the trade|position|the position|everything|it|it all|all|trades|positions|the whole position|all positions|all trades|my position|our position"  # fmt: skip


def _closing(verbs: str) -> str:
    return "|".join((verb + " " + thing).strip() for verb in verbs.split("|") for thing in _POSITION.split("|"))


PHRASES: dict[str, Phrases] = {
    # actions
    "buy": same(
        "buy|buys|buying|go long|goes long|going long|enter long|enter a long|enter a long position|get long|long|open long|open a long"
        "|open a long position|take a long|take a long position|take longs|longs|long entry|buy entry|buy signal|buy it|buy in|enter longs"
        "|long position|long entries|long signal|open long positions|long when|reverse to long|flip to long|flip long|switch to long|reverse long|turn long|be long|stay long|hold long|bullish entry|enter long position|go in long|purchase"
    ),
    "enter": same(
        "enter|get in|jump in|hop in|enter a trade|enter the trade|open a trade|open a position|open a trade|entry|entries|get into a trade"
        "|enter a position|enter trade|go in|ape in|enter the market|take a trade|take the trade|enters|entering|take a position|pull the trigger|get into it|step in|entry signal|entry rule"
    ),
    "short": same(
        "short|reverse to short|flip to short|flip short|switch to short|reverse short|turn short|enter shorts|enter a short trade|open shorts|go short|goes short|going short|enter short|enter a short|enter a short position|sell short|open short|open a short|short it"
        "|open a short position|take a short|take shorts|shorts|short entry|get short|short sell|short position|short signal|be short|short entries|shorting|take a short position|bearish entry"
    ),
    "sell": same("sell|sells|selling|sell it|sell everything|sell all|sell the position|sell it all|sell signal|sell out"),
    "exit": same(
        _closing("exit|close|leave|exit from|close out|get out of|dump|liquidate|flatten|exits|unload|exiting|closing|drop")
        + "|exit|get out|out|go flat|flat|bail|bail out|dump it|cash out|exit signal|be flat|exit rule|stay flat|stay out|get outta there"
        "|stay in cash|go to cash|in cash|cash|be in cash|hold cash|move to cash|close out|step out|sit out|stand aside|be out|leave|liquidate|exits|jump out|gtfo|peace out|take the money"
    ),
    "exit_long": same(
        "exit long|exit longs|close long|close longs|exit the long|close the long|sell to close|exit long position|close the long position|exit long positions|long exit|close long positions|exit long trades|close long position|exit the long position"
    ),
    "exit_short": same(
        "cover|cover it|buy to cover|exit short|exit shorts|cover short|cover shorts|cover the short|close short|close shorts|buy back|exit the short|close the short|short exit|exit short position|exit short positions|close short positions|exit short trades|covering|close short position|cover shorts when"
    ),
    "opposite": same(
        "opposite cross|opposite signal|opposite crossover|the opposite cross|opposite|reverse cross|reverse signal|reverse crossover|vice versa|opposite crossing"
        "|opposite happens|opposite direction|reverse|the reverse happens|reverse happens|cross back|crosses back|crossing back|rolls over|roll over|rolling over|flips back|signal reverses|signal flips|cross reverses|opposite condition|crosses back the other way|cross the other way|the other way around|cross in the other direction|it reverses|reverses|opposite way|crosses the other way"
    ),
    "no_entry": same(
        "do not buy|do not enter|do not trade|no trades|no entries|never buy|do not go long|do not take trades|no new trades|no new entries|skip trades|avoid trades|avoid trading"
        "|never trade|never enter|no trading|skip|avoid|do not take any trades|do not open|stay out|no buying|do not open trades|do not open positions|no positions|no longs|do not take longs|no buys|do not get in|not trade|not buy|skip entries|no new positions|do not open new trades|do not open new positions|ignore signals|do not trade at all"
    ),
    "no_short_entry": same("do not short|no shorts when|never short when|do not go short|never go short"),
    "otherwise": same("otherwise|else|or else|if not"),
    "only": same("only|solely|exclusively|strictly"),
    "trade": same(
        "trade|take trades|trades|take entries|enter trades|take the trade|trading|take it|take signals|take the signal|take signal|take long trades|enter|enter only|entries|take longs|take them|longs|buy|buys|go long|do it|take it|allowed|valid|take trade|enter long|do this|signals|take new trades|open trades|take entry|take the entry|open positions|active|take buys|trade it"
    ),
    # joints
    "when": same(
        "when|if|once|whenever|while|on|upon|as soon as|as long as|moment|the moment|every time|each time|in case|where|at"
        "|provided|provided that|given|given that|assuming|so long as|at the moment when|right when|at the time when"
        "|only when|only if|at which point|wait for|wait until|when we see|when there is"
    ),
    "after_event": same("after|right after|following|after seeing|just after"),
    "and": same("and|&|plus|while|and also|and when|and if|as well as|but|with|, and|, but|and only when|and that|; and|whilst|when|if|, with|and while|, when|, if|, while|given|provided|together with|along with|and then only if|as long as|, as long as|, provided|, plus|in addition|and at the same time|at the same time|and where"),
    "and_only": same(
        "only when|only if|but only when|but only if|, only when|, only if|and only if|, but only if|, but only when|as long as|so long as|provided|provided that|, provided|, as long as|only while|, only while|but only while|and only while|, and only if|, and only when|, but only while|but not before"
    ),
    "or": same("or|or when|or if|, or|or else when|, or when|, or if|or once|or alternatively|or as soon as|or whenever|, or once"),
    "either": same("either"),
    "both": same("both"),
    "unless": same("unless|except when|except if|, unless|except"),
    "arrow": same("->|=|:|,|then|, then|means|we|i|;|go|signals|triggers|is a|in|to|--|-|it is|do a|is when we|is when i|is where i|that is a|gives a|that is when we|that is when i"),
    "sep": same(",|.|;|and|then|but|with|, and|, then|, but|: |:|, with|!|. and|; and|and then|. then|, and then|-|--|/|and with|. also|plus|, plus|. but|having|, having|and have|, also|and also|along with|also with|in addition|; then|and always|...|. . .|. .|where|+|together with"),
    "comma": same(",|;|."),
    "not": same("not|no|never|neither|is not|does not|do not|are not"),
    "bar_end": same("at the close|on the close|on close|at close|at bar close|on bar close|at the bar close|at the close of the bar|at the candle close|at candle close|on a closing basis"),
    # comparisons
    "above": same("above|over|>|higher than|greater than|more than|bigger than|larger than|on top of|north of|exceeds|exceed|exceeding|past|stronger than|up above|up through|beyond", "up"),
    "below": same("below|under|<|lower than|less than|smaller than|beneath|underneath|south of|down through|down below|weaker than|down under", "down"),
    "at_least": same(">=|at least|no less than|not less than|or more than|at or above|above or equal to|greater than or equal to|equal to or above|at or over|greater or equal to|minimum|min", "up"),
    "at_most": same("<=|at most|no more than|not more than|at or below|below or equal to|less than or equal to|equal to or below|at or under|less or equal to|maximum|max|up to", "down"),
    "up": same("up|upwards|upward|to the upside|higher|bullish|from below|upside|from below to above|from the bottom|bullishly|from underneath", "up"),
    "down": same("down|downwards|downward|to the downside|lower|bearish|from above|downside|from above to below|from the top|bearishly", "down"),
    "cross": same("crosses|cross|crossing|crossed|crosses over|intersects"),
    "cross_noun": same("cross|crossover|crossovers|cross over|crosses|crossing|crossings"),
    "motion": same(
        "goes|go|gets|get|going|getting|drops|drop|dropping|dropped|falls|fall|falling|fell|dips|dip|dipping|rises|rise|rising|rose|climbs|climb|climbing|moves|move|moving|moved|pops|pop|jumps|jump|sinks|sink|slides|slide"
        "|breaks|break|breaking|broke|pushes|push|comes|come|coming|came|slips|slip|pulls|pull|spikes|spike|shoots|shoot|breaks out|break out|runs|run|tanks|dumps|rallies|rally|bounces|bounce|returns|return|pokes|poke|pierces|recovers|recover|rips|plunges|turns|turn|flips|flip|pushes up|reclaims|swings|crashes|lifts|heads|pops up|drops back|falls back|goes back|comes back|gets back|dips back|moves back|rises back|climbs back|turns up|sinks back|zooms"
    ),
    "closes": same("closes|close|closed|closing|closes back|close back|prints a close|a close|finishes|settles"),
    "stays": same("stays|stay|remains|remain|trades|trading|sits|holds|keeps|stands|trade|lies|hangs|prints|reads|shows|hovers|sitting|reading|equals|looks"),
    "touch": same("touches|touch|hits|hit|reaches|reach|tags|tag|tests|test|touching|reaching|touched|hitting|kisses|gets to|comes to|returns to|return to|reverts to|falls to|drops to|rises to|gets back to|comes back to|dips to|pulls back to|climbs to|goes back to|goes to|taps|retests|bounces off|bounces from|recovers to|moves back to|falls back to|dips back to|drops back to|back to|back at"),
    "rising": same("rising|going up|sloping up|increasing|pointing up|trending up|climbing|upward sloping|moving up|growing|rises|increases|higher than before|ticking up|heading up|heading higher|turned up|slopes up|goes up|up sloping|points up|trends up", "up"),
    "falling": same("falling|going down|sloping down|decreasing|pointing down|trending down|dropping|downward sloping|moving down|shrinking|falls|decreases|declining|declines|heading down|heading lower|ticking down|slopes down|goes down|down sloping|points down|trends down", "down"),
    "positive": same("positive|green|above water", "up"),
    "negative": same("negative|red|below water|under water", "down"),
    "turns": same("turns|turn|goes|go|flips|flip|becomes|become|gets|turned|goes back|turns back|gone|switches to|flips to|turning|swings"),
    "overbought": same("overbought|over bought|toppy|overextended", "overbought"),
    "oversold": same("oversold|over sold", "oversold"),
    "flips_up": same("flips up|turns up|flips to up|turns bullish|flips bullish|turns green|goes green|flips long|goes bullish|turns positive|flips green|switches to up|flips to green|becomes bullish|changes to up|gives a buy signal|gives a buy|flips to bullish|turns to up|goes up|signals up|switches up|flips to uptrend|goes long|signals long|changes to green|flips to long", "up"),
    "flips_down": same("flips down|turns down|flips to down|turns bearish|flips bearish|turns red|goes red|flips short|goes bearish|turns negative|flips red|switches to down|flips to red|becomes bearish|changes to down|gives a sell signal|gives a sell|flips to bearish|turns to down|goes down|signals down|switches down|flips to downtrend|goes short|signals short|changes to red|flips to short", "down"),
    "is_up": same("bullish|green|up|long|in an uptrend|uptrend|positive", "up"),
    "is_down": same("bearish|red|down|short|in a downtrend|downtrend|negative", "down"),
    "between": same("between|from|in between|inside|within|during|in"),
    "range_joint": same("and|to|-|until|till|through|thru|--"),
    "inside": same("inside|within|inside of|in"),
    "times": same("times|x|*"),
    "twice": table(),
    # prices
    "price": table(
        close="price|close|closing price|closes|the close|market|it closes|current price|last price|candle close|bar close|last close|spot|closing prices|prices|candle|bar|coin|asset|pair|stock",
        open="open|opening price",
        high="high|bar high|candle high",
        low="low|bar low|candle low",
        volume="volume|trading volume",
        hl2="hl2|median price",
        hlc3="hlc3|typical price",
    ),
    "bars": same("bars|bar|candles|candle|periods|period|bars ago|candlesticks|candlestick"),
    "period": same("period|periods|bar|bars|candle|candles|length|lengths|lookback|p|per"),
    "candles": same("candles|candle|bars|bar|closes|close|candlesticks|candlestick|days|ones|one"),
    "in_a_row": same("in a row|in row|consecutive|straight|back to back|successive|consecutively|on the trot|running"),
    "consecutive": same("consecutive|straight|successive"),
    "green": same("green|bullish|up|white|rising|positive", "up"),
    "red": same("red|bearish|down|black|falling|negative", "down"),
    "new": same("new|fresh|a new|a fresh"),
    "makes": same("makes|make|hits|hit|prints|print|sets|set|making|reaches|posts|breaks|break|breaks above|breaks below|takes out|closes above|closes below|closes at|breaks out above|at|breaks to|above|below|touches|crosses above|crosses below|over|under|exceeds|goes above|goes below|drops below|falls below|rises above"),
    "extreme": table(high="high|highs|highest high|maximum|max|peak|highest price", low="low|lows|lowest low|minimum|min|trough|lowest price"),
    "extreme_close": table(high="highest close|closing high|high close|highest closing price", low="lowest close|closing low|low close|lowest closing price"),
    "last": same("last|past|previous|prior|preceding|over|over last|in last|for last|recent|from last|during last|over previous|in past|over past"),
    "yesterday": same("yesterday|previous day|prior day|last day|day before|previous session|previous daily|yesterdays|prior session|pdh"),
    "previous_bar": same("previous bar|previous candle|prior bar|prior candle|last candle|last bar|preceding candle|preceding bar|previous|prior|bar before|candle before"),
    "today": same("today|todays|day|session|daily|current day"),
    "that_range": same("that range|this range|range|the range|opening range|that window|or"),
    # stops, targets, sizes
    "stop": same("stop loss|stop|stop out|stops|hard stop|protective stop|stop order|initial stop|stop loss order|stop losses|sl|fixed stop|hard stop loss|stop loss level|max loss|maximum loss|cut losses|cut the loss|cut loss|cut losers|stopped out|stop us out|stop me out|safety stop|disaster stop|a stop"),
    "target": same("take profit|target|profit target|tp|take profits|take profit target|take the profit|targets|take gains|price target|limit order target|take profit order|profit|take profit level|book profit|book profits|gain|profits|cash in|lock in profits"),
    "trailing": same("trailing|trailing stop|trailing stop loss|trailing stop of|trailing a stop|chandelier|chandelier stop|chandelier exit|trailing stops|ratcheting stop|moving stop|trailing it|trailing the stop|trailing exit|trailing sl|trailing with a stop|trailing with|trailing by|follow with a stop|trailing with a chandelier stop|stop trailing|trailing stop order|trailing with a stop loss|trailing atr stop|atr trailing stop|trailing my stop|trailing a stop loss|trailing stop at|trailing using a chandelier stop|trailing with a chandelier exit"),
    "below_entry": same("below entry|below the entry|under entry|under the entry|from entry|from the entry|below entry price|below the entry price|from entry price|from the entry price|below|away|loss|down|against us|against me|against it|from where we got in|under the entry price|of entry|of the entry price|under|beneath entry|off entry|below our entry|below my entry|lower than entry|adverse move|wide|distance|away from entry|below purchase price|in loss|drawdown|from our entry|from my entry|below the fill|below buy price|lower|under my entry|under our entry|from the buy price|drop from entry|behind"),
    "above_entry": same("above entry|above the entry|over entry|over the entry|above entry price|above the entry price|above|profit|gain|up|in profit|from entry|from the entry|away|from entry price|of profit|higher|gains|in gain|over the entry price|return|from the entry price|above our entry|above my entry|wide|distance|in the money|away from entry|higher than entry|in the green|move in our favor|above buy price|from my entry"),
    "from_peak": same("from the highest high since entry|from highest high since entry|below the highest high since entry|below highest high since entry|from the highest high|below the highest high|from the high|below the high|from the peak|from peak|below the peak|under the highest high since entry|off the high|off the highs|from the top|below the high since entry|from the high since entry|below the highest price since entry|from the highest price since entry|behind the high|behind the price|behind price|behind|below price|below the price|under the high|from its high|off the peak|below the highest price|under the peak|from the highest price|under the highest high|from highest|from the highs|from the highest point|below the highest point|from the best price|distance|wide|below the highest high of the trade|below|away"),
    "from_close_peak": same("from the highest close since entry|below the highest close since entry|below highest close since entry|from highest close since entry|from the highest close|below the highest close"),
    "reward": same("r|r target|times risk|times the risk|x risk|x the risk|risk|r multiple|times the stop|x the stop|times the stop distance|times our risk|times my risk"),
    "risk_reward": same("risk reward|risk reward ratio|reward risk|reward to risk|rr|risk to reward|r r|reward risk ratio|risk / reward|reward / risk|risk : reward|risk to reward ratio|reward to risk ratio"),
    "no_stop": same("no stop|no stop loss|without a stop|without stop|without stop loss|without a stop loss|no stops|no stop losses|never use a stop"),
    "no_target": same("no target|no take profit|without a target|without target|no profit target|without take profit|without a take profit"),
    "after": same("after|in|within|after at most|after max|no later than|following|after holding|after holding for"),
    "hold": same("hold for|hold|hold it for|hold for at most|hold at most|maximum holding|max hold|hold max|keep for|keep it for|holding for|hold for exactly|hold for max|hold for a max of|hold for up to|time stop|time stop of|time exit|max holding period|keep the position for|hold the position for|time based exit|holding period|hold no longer than|time limit|hold them for|stay in for|stay in the trade for|hold it|hold the trade for|max holding time|maximum holding period|hold for a maximum of"),
    "latest": same("at the latest|at most|maximum|max|tops|later|passed|have passed|regardless|no matter what|in any case|whatever happens|in the trade|in trade|in position|in the position|after entry|from entry|hold|holding|of holding|at maximum|long|if still open|if nothing else happened|since entry|has passed|after entering|after the entry|went by|either way|anyway"),
    "breakeven": same("breakeven|break even|entry"),
    "equity": same("equity|of equity|account|of the account|of account|capital|of capital|of my account|of our account|balance|of the balance|portfolio|of portfolio|of the equity|of the capital|of my capital|cash|of cash|money|of my money|of available capital|available capital|of the portfolio|of account equity|account equity|account balance|funds|of my equity|of our capital|bankroll|of available cash|of my portfolio|of my balance|stack"),
    "per_trade": same("per trade|each trade|per position|each time|on each trade|a trade|every trade|on every trade|every time|for each trade|at a time|each|per entry"),
    "risk": same("risk|risking|risks|risk only|risk no more than|risk at most|never risk more than|risk max"),
    "invest": same("invest|size|position size|use|allocate|bet|sizing|position sizing|trade size|put in|with|size of|position size of|using|stake|commit|deploy|trade|buy with|put|position size is|position sizing is|trade with"),
    "all_in": same("all in|full size|full position|full capital|fully invested|all of the equity|whole account|entire account|everything|full account|all available capital|full available capital|all capital|100 percent"),
    "half": table(),
    "leverage": same("leverage|x leverage|times leverage"),
    "per_day": same("per day|a day|each day|daily|in a day|in one day|every day|in the same day"),
    "trades": same("trades|trade|entries|entry|buys|positions"),
    "losses": same("losses|losing trades|losers|loss|stop outs|lost trades|losing trade|stopouts"),
    "max": same("max|maximum|at most|no more than|not more than|only|limit to|maximum of|max of|limit of|up to|limited to|never more than|take at most|take max|limit|take no more than|take only"),
    "stop_trading": same("stop trading|no more trades|stop for the day|quit trading|no new trades|done for the day|quit for the day|stop|stop trading for the day|pause trading|halt trading|call it a day"),
    "drawdown": same("drawdown|max drawdown|total drawdown|account drawdown|equity drawdown"),
    # time
    "day": _days(
        mon="monday", tue="tuesday", wed="wednesday", thu="thursday", fri="friday", sat="saturday", sun="sunday",
        workdays="weekdays|weekday|working days|business days|workdays", weekend="weekends|weekend|the weekend",
    ),
    "day_joint": same("to|-|through|thru|till|until"),
    "time_subject": same("time is|it is|day is|hour is|weekday is|day of week is|time|day of the week is"),
    "every": same("every|each|on|on a|on every|on each|all|any"),
    "at": same("every day at|each day at|daily at|at|@|by|at exactly|from"),
    "on": same("on|every|each|during|over|in|on a|on every|for"),
    "before": same("before|prior to|earlier than|until|till|not later than|not after|up until"),
    "after_time": same("after|later than|past|from|since|not before|starting at|starting from"),
    "day_open": same("open|day open|open of the day|the open|market open|the market open|daily open|open of every day|open of each day|day start|start of the day|start of every day|start of each day|start of day"),
    "day_close": same("close|the close|day close|close of the day|market close|the market close|daily close|close of every day|close of each day|day end|end of the day|end of day"),
    "end_of_day": same("end of day|end of the day|eod|end of session|end of the session|day end|close of the day|at the end of the day|market close|the market close|session close|session end|before the day ends|midnight|the daily close|daily close"),
    "overnight": same("hold overnight|holding overnight|overnight|overnight positions|overnight position|carry overnight|hold positions overnight|holding positions overnight"),
    "zone": {
        tuple(k.split()): v
        for v, ks in {
            "UTC": "utc|gmt|utc time|gmt time|zulu",
            "America/New_York": "new york time|ny time|est|et|eastern|eastern time|edt|us eastern|us eastern time|new york|nyc time",
            "Europe/London": "london time|london|uk time|bst",
            "Europe/Berlin": "berlin time|frankfurt time|cet|cest|german time|central european time|berlin|frankfurt",
            "Asia/Tokyo": "tokyo time|jst|japan time|tokyo",
            "America/Chicago": "chicago time|ct|central time|chicago",
        }.items()
        for k in ks.split("|")
    },
    # sides, labels
    "long_only": same("trade only longs|take only longs|trade longs only|only long positions|long only|longs only|only long|only longs|long trades only|only go long|no shorts|no shorting|never short|without shorts|only long trades|only trade long|only take longs|only buy|no short trades|no short positions|long side only|do not short|no short selling|long positions only|long-only|only the long side"),
    "short_only": same("short only|shorts only|only short|only shorts|short trades only|only go short|no longs|only take shorts|only trade short|short side only|short positions only"),
    "both_sides": same("long and short|both sides|both directions|both ways|long & short|longs and shorts|long / short|short and long|in both directions|both long and short|long or short|vice versa for shorts|vice versa for short|mirror for shorts|same for shorts|opposite for shorts|reverse for shorts|opposite for short|mirrored for shorts|mirror it for shorts|do the opposite for shorts|the opposite for shorts|and the reverse for shorts|do the reverse for shorts|trade both sides|trade both directions|long short|always in the market|reverse each time|reversing each time|always reverse|flip each time|reverse every time|always in a position|stop and reverse|always in|shorts the other way around|inverse for shorts|reverse position"),
    "label": same(
        "momentum|breakout|breakouts|mean reversion|squeeze|trend following|trend|pullback|pullbacks|turtle|turtle style"
        "|turtle system|turtle strategy|turtles|strategy|system|simple|classic|basic|opening range breakout|orb"
        "|swing|swing trade|reversal|bounce|intraday|day trading|trend follower|reversion|bot|swing trading"
        "|scalp|scalping|flip|flips|idea|my idea|the idea|trading strategy|trend strategy|momentum strategy|volatility breakout"
        "|channel breakout|dip buying|range breakout|style|plan|setup|my strategy|mean reverting|mean revert|scheme"
        "|ttm squeeze|squeeze play|mean reversion strategy|intraday strategy|breakout strategy|rsi2|connors"
        "|connors rsi|connors style|larry connors|time of day|day trade|multi timeframe|mtf"
        "|trend pullback|dip buyer|crossover strategy|here is|create|build|make|write"
        "|make me|give me|build me|design|a bot|bot that|strategy that|strategy where|strategy which|strategy for|one asset"
        "|single asset|swing strategy|seasonal|weekday|calendar|session"
        "|london breakout"
    ),
    "colon_label": same("buy the dip|buy dips|buying dips|buying the dip|dip buying|buy the dips|dips|fade the move|long setup|entry and exit"),
    "conditions_noun": same("conditions|rules|rule|condition|signal|signals|logic|criteria"),
    "golden": same("golden cross|a golden cross|golden crossover|bullish golden cross", "up"),
    "death": same("death cross|a death cross|dead cross|death crossover", "down"),
    "bullish": same("bullish|positive|up|upward|upside|bull|buy", "up"),
    "bearish": same("bearish|negative|down|downward|downside|bear|sell", "down"),
    "as_filter": same("as trend filter|as a trend filter|as filter|as a filter|for trend|for the trend|for trend direction|as the trend filter|as trend|as the trend|for trend filter|as regime filter|as a regime filter|as a trend|as my trend filter|as the filter|trend filter|as a higher timeframe filter|as a long term filter|as our trend filter|as higher timeframe trend filter|to filter the trend|as direction filter|as a direction filter|for filtering"),
    "trend_filter": same("trend filter|filter|regime filter|trend|with trend filter|filter by|filtered by|filter with"),
    "in_direction": same("in the direction of|in direction of|with the direction of|along with the direction of|in line with|with the trend of|in the direction of the|aligned with"),
    "trend_of": same("trend|trend of|slope"),
    "squeeze": same("squeeze|ttm squeeze|the squeeze"),
    "release": same("expand out|expands out|releases|fires|break out|breaks out|expand outside|expand|expands|come out|comes out|pop out|move out|expand again|release|get outside|go outside|are outside again|move outside|leave them|exit them|widen out|widen out again|are no longer inside|widen|break outside|get out of them|ends|end|is over|goes off|turns off|expand back out|come back out|move back out|expand beyond them|expand past them|widen beyond them|expand out of them|come back outside|go back outside|pop back out|pop outside"),
    "engulf_up": same("bullish engulfing|bullish engulfing candle|bullish engulfing pattern|bullish engulfing bar", "up"),
    "engulf_down": same("bearish engulfing|bearish engulfing candle|bearish engulfing pattern|bearish engulfing bar", "down"),
    "inside_bar": same("inside bar|inside candle|an inside bar|inside day"),
    "uptrend": same("uptrend|up trend|bull market|bullish trend", "up"),
    "strategy_noun": same("strategy|system|style|strategies|bot|setup|approach"),
    "breakout": same("breakout|breakouts|break out|break"),
    "stop_below": same("below entry|below the entry|under entry|under the entry|below entry price|below the entry price|below|under the entry price|under|beneath entry|below our entry|below my entry|lower than entry|below buy price|under my entry"),
    "stop_above": same("above entry|above the entry|over entry|over the entry|above entry price|above the entry price|above|above my entry|above our entry|higher than entry|over the entry price"),
    "from_entry": same("from entry|from the entry|from entry price|from the entry price|away|loss|of entry|of the entry price|off entry|adverse move|wide|away from entry|from our entry|from my entry|from the buy price|against us|against me"),
    "from_peak_words": same("from the highest high since entry|below the highest high since entry|from the highest high|below the highest high|from the high|from the peak|below the peak|below the highest price since entry|from the highest price since entry|below highest high since entry|from highest high since entry"),
    "reward_noun": same("risk|stop|stop distance|stop loss"),
    "colon": same(":|to"),
    "colon_like": same(":|=|->|-|when:|is:|."),
    "through": same("with|by|via|on|through|at|using"),
    "after_entry": same("later|after entry|after|after the entry|after entering|after buying"),
    "day_loss": same("daily loss|loss per day|loss a day"),
    "or_target": same("or target|or take profit|and no target|, no target|and no take profit|, no take profit|no target"),
    "in_zone": same("in|times in|time in|all times in|times are|all times are|time zone|timezone|time zone is"),
    "trade_plain": same("trade|take trades|take entries|enter trades|trades|trading|entries"),
    "conditions_filter": same("filter|trend filter|with filter|entry filter"),
    "stop_joint": same("at|of|:|=|to|by|with|around|@|is|being|below|under|just below|just under|above|just above|beyond|from|on|beneath|slightly below"),
    "entry_down": same("loss|below entry|below the entry|under entry|in loss|from entry|from the entry|down|in the red|against us|against me|below entry price|below the entry price|below my entry|lower than entry|from the entry price|from entry price"),
    "entry_up": same("profit|in profit|gain|above entry|above the entry|up|of profit|in the green|above entry price|above the entry price|above my entry|in gain|from entry|from the entry|profits|over entry"),
    "loses": same("loses|lose|loses more than|it loses|are|we lose|i lose|losing|makes|make|gains|gain|we make|i make|it makes|it gains|reaches|hits|exceeds|is at"),
    "standard": same("standard|default|standard settings|default settings|standard parameters|default parameters|usual settings|normal settings|with default settings|with standard settings|typical settings"),
    "open_paren": same("("),
    "close_paren": same(")"),
    "slash": same("/|and|&|,|vs|versus|on|x|over|with"),
    "slash_only": same("/|-|vs|x"),
    "plus": same("+|plus"),
    "minus": same("-|minus"),
    "than": same("than"),
    "compare_equal": same("=|==|equals|equal to"),
    "for_bars": same("for|for at least|over|during"),
    "deviations": same("standard deviations|standard deviation|std|stdev|sigma|std dev|stds|deviations|sd|std devs"),
}  # fmt: skip
PHRASES |= MEASURE_PHRASES | TRADE_PHRASES
for _kind, _more in MORE_PHRASES.items():
    PHRASES[_kind] = PHRASES.get(_kind, {}) | _more
_UPWARDS = frozenset(
    [
        "rises",
        "rise",
        "rising",
        "rose",
        "climbs",
        "climb",
        "climbing",
        "rallies",
        "rally",
        "rips",
        "zooms",
        "lifts",
        "reclaims",
        "reclaim",
        "reclaiming",
        "reclaimed",
        "regains",
        "regain",
        "pumps",
    ]
)
_DOWNWARDS = frozenset(
    [
        "drops",
        "drop",
        "dropping",
        "dropped",
        "falls",
        "fall",
        "falling",
        "fell",
        "dips",
        "dip",
        "dipping",
        "sinks",
        "sink",
        "slides",
        "slide",
        "slips",
        "slip",
        "tanks",
        "dumps",
        "plunges",
        "crashes",
        "loses",
        "lose",
        "losing",
        "lost",
    ]
)
PHRASES["motion"] = {
    phrase: "up" if phrase[0] in _UPWARDS else "down" if phrase[0] in _DOWNWARDS else "" for phrase in PHRASES["motion"]
}
"""A verb of motion, with the way that it says by itself."""
PHRASES["exit"] |= {("close",): "close"}
PHRASES["twice"] = {("twice",): 2.0, ("double",): 2.0, ("triple",): 3.0, ("thrice",): 3.0, ("half",): 0.5}
PHRASES["half"] = {
    ("half",): 0.5, ("a", "half"): 0.5, ("quarter",): 0.25, ("a", "quarter"): 0.25, ("a", "third"): 1 / 3, ("third",): 1 / 3,
}  # fmt: skip


def _vocabulary() -> frozenset[str]:
    words = {w for phrases in PHRASES.values() for p in phrases for w in p}
    return frozenset(words | FILLERS | INSTRUMENTS)


VOCABULARY = _vocabulary()
