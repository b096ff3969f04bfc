"""What was earned on some days, beside what holding the market through them would have."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Earned:
    """Daily returns, simple and net of costs. Of several instruments: in equal parts."""

    returns: Floats  # (n_days,)
    hold: Floats  # (n_days,) of buying and holding the same instruments
    exposure: float  # mean signed position over equity

    def beyond_market(self) -> Floats:
        """Return the returns less what the mean exposure earned by being there: a rising market is not an edge."""
        return self.returns - self.exposure * self.hold
