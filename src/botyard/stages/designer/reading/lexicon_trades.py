"""More phrases of the lexicon: moves over some bars, gaps, waiting, orders that rest, parts of a position, sessions."""

from botyard.stages.designer.reading.phrases import Phrases, same

_AGAIN = "before buying again|before next trade|before the next trade|before entering again|before re entering|before re entry|before the next entry|before trading again|before another trade|before a new trade|before reentering|before entry|before going again|before shorting again"  # fmt: skip

TRADE_PHRASES: dict[str, Phrases] = {
    # moves of the price over some bars
    "drops": same("drops|drop|falls|fall|dropped|fell|fallen|tanks|dumps|crashes|declines|declined|loses|lost|sinks|goes down|down|slides|moves down|moved down|went down|dips", "down"),
    "rises": same("rises|rise|gains|gain|gained|rallies|rallied|climbs|climbed|pumps|jumps|goes up|up|rose|risen|increases|increased|spikes|moves up|moved up|went up|advances", "up"),
    "by": same("by"),
    "closing": same("price|close|closing price|the price|the close|prices|closes"),
    "within": same("in|within|over|during|in last|in the last|within last|within the last|over last|over the last|over the past|in the past|over past|over previous|over the previous|in past|during the last"),
    "for_straight": same("for|for at least|for last|for the last|for the past|on each of the last|on all of the last|for more than"),
    "gap_up": same("gaps up|gap up|gapped up|opens with a gap up|a gap up|gapping up", "up"),
    "gap_down": same("gaps down|gap down|gapped down|opens with a gap down|a gap down|gapping down", "down"),
    "candle_shape": {
        **same("hammer|hammer candle|a hammer|bullish hammer|hammer pattern", "hammer"),
        **same("shooting star|a shooting star|shooting star candle|shooting star pattern", "shooting_star"),
        **same("doji|a doji|doji candle", "doji"),
        **same("outside bar|an outside bar|outside candle", "outside_bar"),
        **same("bullish harami|bull harami", "bull_harami"),
        **same("bearish harami|bear harami", "bear_harami"),
        **same("piercing line|piercing pattern|piercing candle", "piercing"),
        **same("dark cloud cover|dark cloud", "dark_cloud"),
        **same("morning star|a morning star|morning star pattern", "morning_star"),
        **same("evening star|an evening star|evening star pattern", "evening_star"),
    },
    "three_shape": {**same("white soldiers", "three_white_soldiers"), **same("black crows", "three_black_crows")},
    "stoch_rsi": same("stochastic rsi|stoch rsi|stochrsi|stoch rsi k|stochastic rsi k"),
    "aroon_up": same("aroon up|aroon up line|aroonup"),
    "aroon_down": same("aroon down|aroon down line|aroondown"),
    "cmf": same("cmf|chaikin money flow"),
    "choppiness": same("choppiness|choppiness index|chop index|chop"),
    "bb_width": same("bollinger band width|bollinger bandwidth|band width|bandwidth|bb width|width of the bollinger bands|bollinger width|bbw"),
    "closings": same("closes|closing prices|candle closes|bars closing|candles closing|bar closes"),
    "break_of": same("break of|breaks of|breakout of|breakouts of|breakout over|breakout through|break through|breaking|breakout at|a break of|the break of|a breakout of|the breakout of"),
    "broken_by": same("breaks|break|breaks through|takes out|clears"),
    # what ended
    "any_of": same("either|any of them|one of them|any condition|either one|either of them|any of these|one of these|either condition|one condition|any of those", "any"),
    "all_of": same("both|all of them|both of them|all conditions|both conditions", "all"),
    "no_longer": same("no longer true|no longer so|no longer holds|no longer hold|no longer met|no longer valid|no longer the case|fails|fail|stops being true|not true any more|not true anymore|is not true|are not true|is not met|are not met|not the case|breaks down|ends|end|is over"),
    "the_conditions": same("condition|conditions|entry condition|entry conditions|that|this|it|setup|signal"),
    # waiting after a trade
    "wait": same("wait|wait for|wait at least|cooldown of|cooldown|cool down|cool down of|cool down for|pause|pause for|pause trading for|sit out for|sit out|cooldown period of|then wait|no new entries for|no new entry for|no re entry for|no new trade for"),
    "cooldown": same("cooldown|cool down|cooldown period|cool down period|pause"),
    "after_exit": same("after an exit|after each exit|after every exit|after exit|after the exit|after exiting|after a trade|after each trade|after every trade|between trades|after closing|after any exit|after a position is closed|after each trade closes|after selling|after each position|after any trade"),
    "after_loss": same("after a loss|after each loss|after every loss|after losing|after a losing trade|after each losing trade|after every losing trade|after any loss|after losses|after a loser"),
    "again": same(_AGAIN),
    # entries by resting orders
    "with_limit": same("with limit order|with a limit order|with a limit|with limit|limit|limit order|using a limit order|as a limit order|as limit|by limit order|by limit|with limit orders|using limit orders"),
    "limit_buy": same("limit buy|limit buy at|buy limit|buy limit at|buy limit order|buy limit order at|place a buy limit|place a buy limit at|place a limit buy|place a limit buy at|limit order to buy|limit order to buy at|place a limit order at|buy with a limit order|buy with a limit order at|buy with a limit|buy with a limit at|bid at"),
    "limit_short": same("limit short|limit short at|short limit|short limit at|sell short limit at|limit order to short|limit order to short at|short with a limit order|short with a limit order at|short with a limit at"),
    "stop_buy": same("buy stop|buy stop at|buy stop above|place a buy stop|place a buy stop at|place a buy stop above|buy stop order at|buy stop order above|buy with a stop order at|buy with a stop order above|set a buy stop at|put a buy stop at|put a buy stop above|stop entry at"),
    "stop_short": same("sell stop|sell stop at|sell stop below|short stop at|place a sell stop|place a sell stop at|place a sell stop below|sell stop order at|sell stop order below|short with a stop order at"),
    # parts of a position
    "part_verb": same("take|sell|close|exit|book|take profit on|take profits on|scale out|scale out of|cash out|lock in|bank|unload|take off|close out|sell off|tp|take profit"),
    "off": same("off|out|of it|of position|of the position|of my position|position|profit|profits|off the table|of the trade|the position|off at|of position off|of the position off"),
    "part_joint": same("at|when up|once up|after|when price is up|on|when it is up|when we are up|after a|once it is up|@|when in profit by|when|once|after a gain of|at a gain of|at a profit of"),
    "rest": same("rest|remainder|other half|remaining half|remaining|let the rest|rest of it|rest of the position|rest of position|remaining position|second half"),
    "rest_joint": same("on|for|of|with"),
    "move_stop": same("move stop|move the stop|move stop loss|move the stop loss|move my stop|shift stop|shift the stop|bring stop|bring the stop|raise stop|raise the stop|put stop|stop|stop loss|stop moves|set stop|moving stop|moving the stop|stop goes|trailing stop|trailing the stop"),
    "to_entry": same("to breakeven|to break even|to entry|to the entry|to entry price|to the entry price|to my entry|to be|to cost|at breakeven|at break even|to our entry|to breakeven point"),
    "breakeven_noun": same("breakeven|break even|breakeven stop|break even stop|be stop"),
    "once": same("after|once|when|if|at|as soon as|on|following|after reaching"),
    "gained": same("price gains|price is up|price moves|price rises|it is up|it gains|up|in profit|price goes up|position is up|profit is|profit reaches|trade is up|we are up|reaching|gain of|a gain of|profit of|a profit of|price has moved|gains|moves|position gains|trade gains|it moves|reaches|hits|price reaches|price moves up|profit hits|gain reaches|trade is|position is|we are"),
    "gain_words": same("gain|gains|profit|in profit|up|in gain|in our favor|in our favour|in favor|in favour|in my favor|in my favour|of profit|of gain|away|above entry|above the entry|profits|move|in the money|in the green"),
    "loss_words": same("loss|losses|down|in loss|drop|against us|against me|below entry|below the entry|in the red"),
    # opening ranges and sessions
    "opening_range": same("opening range|range|or|the opening range|orb range|initial balance"),
    "first": same("first|the first|opening"),
    "range_from": same("from|after|of|starting at|starting|since|at|beginning at"),
    "session_name": {
        **same("london session|london hours|london trading hours|london market hours|european session|uk session", ("Europe/London", 480.0, 990.0)),
        **same("new york session|ny session|us session|american session|new york hours|us hours|us market hours|new york trading hours|regular trading hours|rth|us trading hours", ("America/New_York", 570.0, 960.0)),
    },
    "session_only": same("only|only trade|only trade in|only trade during|trade only in|trade only during|trade|trade in|trade during|only in|only during|during|in|trades only in|trades only during|trading only in|trading in"),
    "do_nothing": same("do nothing|stay flat|stay out|no trade|no trades|do not trade|do not enter|wait|sit out|sit on hands"),
}  # fmt: skip
"""Kinds of phrases, as in the lexicon."""
