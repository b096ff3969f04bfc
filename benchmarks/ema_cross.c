/* The EMA cross with an ATR trailing stop, written by hand: what the engine is measured against.
   Same fills, costs, lots, ticks and equity at each close as strategy, rules and loop together. */
#include <math.h>
#include <stdint.h>

static double on_tick_up(double price, double num, double den) {
    double steps = floor(price * den / num + 0.5);
    if (steps * num / den < price) steps += 1.0;
    return steps * num / den;
}

static double on_tick_down(double price, double num, double den) {
    double steps = floor(price * den / num + 0.5);
    if (steps * num / den > price) steps -= 1.0;
    return steps * num / den;
}

int64_t ema_cross(int64_t n, const double *open, const double *high, const double *low, const double *close,
                  int64_t fast, int64_t slow, double trail, double fee, double slip, double tick_num, double tick_den,
                  double lot_num, double lot_den, double min_notional, double cash, double *equity) {
    const int64_t atr_n = 14;
    const double weight_fast = 2.0 / (fast + 1.0), weight_slow = 2.0 / (slow + 1.0), weight_atr = 1.0 / atr_n;
    double ema_fast = 0.0, ema_slow = 0.0, atr = 0.0, lots = 0.0, wanted = 0.0, highest = 0.0, stop = 0.0;
    double marked = cash;
    int was_above = 0, was_below = 0, enter = 0, leave = 0, stop_known = 0;
    int64_t fills = 0;
    int64_t warm_up = fast > slow ? fast + 1 : slow + 1;
    if (warm_up < atr_n + 1) warm_up = atr_n + 1;
    for (int64_t i = 0; i < n; i++) {
        double o = open[i], h = high[i], l = low[i], c = close[i];
        if (enter) {
            double price = on_tick_up(o * (1.0 + slip), tick_num, tick_den);
            double value = wanted * lot_num / lot_den * price;
            cash -= value;
            cash -= value * fee;
            lots = wanted;
            fills++;
            highest = price;
            stop = highest - trail * atr;
        } else if (leave) {
            double price = on_tick_down(o * (1.0 - slip), tick_num, tick_den);
            double value = lots * lot_num / lot_den * price;
            cash += value;
            cash -= value * fee;
            lots = 0.0;
            fills++;
        }
        enter = leave = 0;
        if (lots != 0.0) {
            if (l <= stop + tick_num / tick_den) {
                double level = floor(stop * tick_den / tick_num + 0.5) * tick_num / tick_den;
                if (l <= level) {
                    double reference = o < level ? o : level;
                    double price = on_tick_down(reference * (1.0 - slip), tick_num, tick_den);
                    double value = lots * lot_num / lot_den * price;
                    cash += value;
                    cash -= value * fee;
                    lots = 0.0;
                    fills++;
                }
            }
        }
        marked = lots != 0.0 ? cash + lots * lot_num / lot_den * c : cash;
        equity[i] = marked;
        if (i < fast) { ema_fast += c; if (i == fast - 1) ema_fast /= fast; }
        else ema_fast += (c - ema_fast) * weight_fast;
        if (i < slow) { ema_slow += c; if (i == slow - 1) ema_slow /= slow; }
        else ema_slow += (c - ema_slow) * weight_slow;
        if (i > 0) {
            double before = close[i - 1];
            double range = (before > h ? before : h) - (before < l ? before : l);
            if (i <= atr_n) { atr += range; if (i == atr_n) atr /= atr_n; }
            else atr += (range - atr) * weight_atr;
        }
        int64_t longest = fast > slow ? fast : slow;
        int above = 0, below = 0;
        if (i >= longest - 1) { above = ema_fast > ema_slow; below = ema_fast < ema_slow; }
        if (lots != 0.0) {
            if (h > highest) highest = h;
            double level = highest - trail * atr;
            if (level > stop) stop = level;
        }
        if (i + 1 >= warm_up) {
            if (lots == 0.0) {
                if (above && !was_above) {
                    double cost = on_tick_up(c * (1.0 + slip), tick_num, tick_den) * (1.0 + fee);
                    double quantity = marked / cost;
                    wanted = floor(quantity * lot_den / lot_num + 0.5);
                    if (wanted * lot_num / lot_den > quantity) wanted -= 1.0;
                    enter = wanted > 0.0 && wanted * lot_num / lot_den * c >= min_notional;
                }
            } else if (below && !was_below) leave = 1;
        }
        was_above = above;
        was_below = below;
    }
    return fills;
}
