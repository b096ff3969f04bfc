"""The paper venue's tables."""

VERSION = 2
"""An older file gets the tables it lacks."""

TABLES = """
CREATE TABLE IF NOT EXISTS orders (
    number INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, client_id TEXT NOT NULL, symbol TEXT NOT NULL,
    side TEXT NOT NULL, kind TEXT NOT NULL, lots INTEGER NOT NULL, ticks INTEGER, bar_ms INTEGER NOT NULL,
    reduce_only INTEGER NOT NULL, status TEXT NOT NULL, filled_lots INTEGER NOT NULL DEFAULT 0,
    price_ticks INTEGER, fee TEXT NOT NULL DEFAULT '0', fill_bar_ms INTEGER, reason TEXT NOT NULL DEFAULT '',
    UNIQUE (account, client_id));
CREATE INDEX IF NOT EXISTS orders_open ON orders (account, symbol) WHERE status IN ('pending', 'resting', 'partly_filled');
CREATE INDEX IF NOT EXISTS orders_filled ON orders (account, symbol, fill_bar_ms);
CREATE TABLE IF NOT EXISTS fills (
    number INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, client_id TEXT NOT NULL, symbol TEXT NOT NULL,
    side TEXT NOT NULL, lots INTEGER NOT NULL, ticks INTEGER NOT NULL, fee TEXT NOT NULL, bar_ms INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS fills_of ON fills (account, client_id);
CREATE TABLE IF NOT EXISTS positions (
    account TEXT NOT NULL, symbol TEXT NOT NULL, lots INTEGER NOT NULL, PRIMARY KEY (account, symbol)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cash (
    account TEXT NOT NULL, symbol TEXT NOT NULL, quote TEXT NOT NULL, PRIMARY KEY (account, symbol)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS funding (
    account TEXT NOT NULL, symbol TEXT NOT NULL, bar_ms INTEGER NOT NULL, paid TEXT NOT NULL,
    PRIMARY KEY (account, symbol, bar_ms)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settled (
    account TEXT NOT NULL, symbol TEXT NOT NULL, open_ms INTEGER NOT NULL, stage INTEGER NOT NULL,
    PRIMARY KEY (account, symbol)) WITHOUT ROWID;
"""
