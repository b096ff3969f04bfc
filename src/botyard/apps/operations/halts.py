"""Every reason for which a bot halts: one table of code, what it means and what to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Halt:
    """One kind of halt. `marks`: words of the bot's own reason, any of which tells that it is this one."""

    code: str
    marks: tuple[str, ...]
    meaning: str
    remedy: str  # {bot} stands for the bot's name


HALTS = (
    Halt(
        "testnet-reset",
        ("the testnet was reset",),
        "the testnet forgot the bot's orders and what it held, as it does about once a month",
        "botyard recover {bot} closes its book at the last price; then: botyard resume {bot}",
    ),
    Halt(
        "venue-differs",
        ("the venue holds", "find out who traded"),
        "the venue holds less than the bot's own fills add up to",
        "find the trade in the venue's history that the bot did not make; then: botyard recover {bot}, or: botyard kill {bot}",
    ),
    Halt(
        "recovered",
        ("recovered: ",),
        "a person brought the bot's book in line with the venue",
        "read botyard pnl {bot}; then: botyard resume {bot}",
    ),
    Halt(
        "order-unresolved",
        ("the venue does not know it",),
        "an order was written down, and nobody can say whether it reached the venue",
        "look for its client id at the venue and cancel it there if it rests; then: botyard resume {bot}",
    ),
    Halt(
        "kill-rule",
        ("count anew with",),
        "the bot fell too far behind what its walk-forward promised",
        "believe it: botyard kill {bot}; or count from nothing: botyard resume {bot}",
    ),
    Halt(
        "loss-cap",
        ("look at it, then:",),
        "the day, or the whole allocation, lost more than it may",
        "read botyard pnl {bot}; then: botyard kill {bot}, or another day: botyard resume {bot}",
    ),
    Halt(
        "liquidated",
        ("liquidated:",),
        "the margin was gone and the venue closed the position",
        "there is nothing to go on with: botyard kill {bot}",
    ),
    Halt(
        "not-promoted",
        ("see what it lacks with",),
        "the bot has no leave, or no leave any more, to trade real money",
        "botyard promote {bot} says what is missing; once it is granted: botyard resume {bot}",
    ),
    Halt(
        "network-ceiling",
        ("BOTYARD_NETWORK does not allow", "while BOTYARD_NETWORK is"),
        "this machine may not trade on the network that the bot belongs to",
        "if it should: set BOTYARD_NETWORK to the bot's mode, then: botyard resume {bot}; else: botyard kill {bot}",
    ),
    Halt(
        "code-changed",
        ("it was changed since",),
        "the strategy on disk is not the one that was tested",
        "put the file back, or: botyard kill {bot} and deploy again; botyard trace {bot} shows the hashes",
    ),
    Halt(
        "bundle-unreadable",
        ("cannot be read",),
        "a file that the bot needs is missing or unreadable",
        "botyard restore FILE brings it back from a backup; then: botyard resume {bot}",
    ),
    Halt(
        "bundle-foreign",
        ("does not fit this version",),
        "the bundle was made by another version of botyard",
        "run the matching version, or: botyard kill {bot} and deploy again",
    ),
    Halt(
        "bundle-differs",
        ("the bot was registered with",),
        "bundle and fleet name different code, parameters, symbol or bars",
        "botyard trace {bot} shows which link broke; then: botyard kill {bot} and deploy again",
    ),
    Halt(
        "restored",
        ("restored from a backup",),
        "the bot comes from a backup, and the exchange may have gone on since",
        "botyard recover {bot} takes in what the exchange did since; then: botyard resume {bot}",
    ),
    Halt(
        "no-keys",
        ("no keys for", "key may not trade", "does not accept the keys", "the keys are of"),
        "the venue's key is missing, another's, or lacks the right to trade",
        "botyard doctor says where keys are looked for; then: botyard resume {bot}",
    ),
    Halt(
        "fault",
        ("this is a fault of botyard", "lots of fills", "the limit is"),
        "something happened that cannot happen: botyard itself is wrong",
        "check the position at the venue by hand, keep a botyard backup, report it; then: botyard resume {bot}",
    ),
)

OTHER = Halt(
    "configuration",
    (),
    "the bot and the world it was deployed into do not fit any more",
    "do what the reason says; botyard doctor and botyard why {bot} show more; then: botyard resume {bot}",
)


def of(reason: str) -> Halt:
    """Say which kind of halt a bot's reason is."""
    # a fault quotes whatever was found wrong, so it is known first
    rows = sorted(HALTS, key=lambda row: row.code != "fault")
    return next((row for row in rows if any(mark in reason for mark in row.marks)), OTHER)
