/* Three strategies written by hand: what the engine is measured against.
     plain          EMA cross
     -DTRAIL        EMA cross with an ATR trailing stop
     -DTRAIL -DTEN  the same, entered only where eight more indicators agree
   Same fills, costs, lots, ticks, equity and position at each close, fills, drawdown, bars in the market and equity at
   the end of each day as strategy, rules and loop together. */
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

#define FILL(transition, lots_, price_, fee_, reference_) \
    if (recorded) { \
        double *row = filled + 6 * fills; \
        row[0] = (double)i; row[1] = transition; row[2] = lots_; row[3] = price_; row[4] = fee_; row[5] = reference_; \
    } \
    fills++;

#define AVERAGE(average, span, weight) \
    if (i < (span)) { average += c; if (i == (span) - 1) average /= (span); } \
    else average += (c - average) * (weight);

int64_t ema_cross(int64_t n, const double *open, const double *high, const double *low, const double *close,
                  int64_t fast, int64_t slow, double trail, double fee, double slip, double tick_num, double tick_den,
                  double lot_num, double lot_den, double min_notional, double cash, const double *days,
                  int64_t recorded, double *equity, double *held, double *filled, double *daily, double *figures) {
    const int64_t atr_n = 14;
    const double weight_fast = 2.0 / (fast + 1.0), weight_slow = 2.0 / (slow + 1.0), weight_atr = 1.0 / atr_n;
    double ema_fast = 0.0, ema_slow = 0.0, atr = 0.0, lots = 0.0, wanted = 0.0, highest = 0.0, stop = 0.0;
    double marked = cash, peak = cash, lowest = 0.0;
    int64_t n_days = 0, in_market = 0;
#ifdef TEN
    double ema_100 = 0.0, ema_200 = 0.0, rma_30 = 0.0, rma_100 = 0.0, ups = 0.0, downs = 0.0;
#endif
    int was_above = 0, was_below = 0, enter = 0, leave = 0;
    int64_t fills = 0;
    int64_t warm_up = fast > slow ? fast + 1 : slow + 1;
#ifdef TRAIL
    if (warm_up < atr_n + 1) warm_up = atr_n + 1;
#endif
#ifdef TEN
    if (warm_up < 200) warm_up = 200;
#endif
    for (int64_t i = 0; i < n; i++) {
        if (i > 1 && days[i] != days[i - 1]) daily[n_days++] = marked;
        double o = open[i], h = high[i], l = low[i], c = close[i];
        if (enter) {
            double price = on_tick_up(o * (1.0 + slip), tick_num, tick_den);
            double value = wanted * lot_num / lot_den * price;
            cash -= value;
            cash -= value * fee;
            lots = wanted;
            FILL(0.0, lots, price, value * fee, o);
            highest = price;
            stop = highest - trail * atr;
        } else if (leave) {
            double price = on_tick_down(o * (1.0 - slip), tick_num, tick_den);
            double value = lots * lot_num / lot_den * price;
            cash += value;
            cash -= value * fee;
            FILL(1.0, -lots, price, value * fee, o);
            lots = 0.0;
        }
        enter = leave = 0;
#ifdef TRAIL
        if (lots != 0.0) {
            if (l <= stop + tick_num / tick_den) {
                double level = floor(stop * tick_den / tick_num + 0.5) * tick_num / tick_den;
                if (l <= level) {
                    double reference = o < level ? o : level;
                    double price = on_tick_down(reference * (1.0 - slip), tick_num, tick_den);
                    double value = lots * lot_num / lot_den * price;
                    cash += value;
                    cash -= value * fee;
                    FILL(2.0, -lots, price, value * fee, reference);
                    lots = 0.0;
                }
            }
        }
#endif
        marked = cash;
        if (lots != 0.0) {
            marked = cash + lots * lot_num / lot_den * c;
            in_market++;
        }
        if (marked > peak) peak = marked;
        double drawdown = marked / peak - 1.0;
        if (drawdown < lowest) lowest = drawdown;
        if (recorded) {
            equity[i] = marked;
            held[i] = lots;
        }
        if (i < fast) { ema_fast += c; if (i == fast - 1) ema_fast /= fast; }
        else ema_fast += (c - ema_fast) * weight_fast;
        if (i < slow) { ema_slow += c; if (i == slow - 1) ema_slow /= slow; }
        else ema_slow += (c - ema_slow) * weight_slow;
#ifdef TRAIL
        if (i > 0) {
            double before = close[i - 1];
            double range = (before > h ? before : h) - (before < l ? before : l);
            if (i <= atr_n) { atr += range; if (i == atr_n) atr /= atr_n; }
            else atr += (range - atr) * weight_atr;
        }
#endif
#ifdef TEN
        AVERAGE(ema_100, 100, 2.0 / 101.0)
        AVERAGE(ema_200, 200, 2.0 / 201.0)
        AVERAGE(rma_30, 30, 1.0 / 30)
        AVERAGE(rma_100, 100, 1.0 / 100)
        if (i > 0) {
            double move = c - close[i - 1];
            double up = move > 0.0 ? move : 0.0, down = move < 0.0 ? -move : 0.0;
            if (i <= 14) {
                ups += up;
                downs += down;
                if (i == 14) { ups /= 14; downs /= 14; }
            } else {
                ups += (up - ups) * (1.0 / 14);
                downs += (down - downs) * (1.0 / 14);
            }
        }
#endif
        int64_t longest = fast > slow ? fast : slow;
        int above = 0, below = 0;
        if (i >= longest - 1) { above = ema_fast > ema_slow; below = ema_fast < ema_slow; }
#ifdef TRAIL
        if (lots != 0.0) {
            if (h > highest) highest = h;
            double level = highest - trail * atr;
            if (level > stop) stop = level;
        }
#endif
        if (i + 1 >= warm_up) {
            if (lots == 0.0) {
                if (above && !was_above
#ifdef TEN
                    && c > ema_200 && ema_100 > rma_100 && c > rma_30
                    && (ups + downs != 0.0 ? 100.0 * ups / (ups + downs) : 50.0) < 80.0
                    && c > close[i - 10] && c > close[i - 50]
#endif
                ) {
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
    if (n > 1) daily[n_days++] = marked;
    figures[0] = lowest;
    figures[1] = (double)in_market;
    figures[2] = (double)n_days;
    return fills;
}
