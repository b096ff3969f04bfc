"""Where exchange keys are looked for, and in which order."""

import keyring
import keyring.backend
import pytest

from botyard.apps.exchanges.keys import find_keys, how_to_give, variable


class Memory(keyring.backend.KeyringBackend):
    """A keyring of a test."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    ring = Memory()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def test_the_environment_comes_first_and_a_bots_own_keys_before_all(ring, monkeypatch):
    assert find_keys("binance", "testnet") is None
    ring.set_password("botyard/binance/testnet", "key", "k1")
    assert find_keys("binance", "testnet") is None  # a key without its secret is none
    ring.set_password("botyard/binance/testnet", "secret", "s1")
    assert find_keys("binance", "testnet").key == "k1"
    monkeypatch.setenv("BOTYARD_KEY_BINANCE_TESTNET", "k2")
    monkeypatch.setenv("BOTYARD_KEY_BINANCE_TESTNET_SECRET", "s2")
    assert find_keys("binance", "testnet", "ema-cross-1").secret == "s2"
    monkeypatch.setenv("BOTYARD_KEY_BINANCE_TESTNET_BOT_EMA_CROSS_1", "k3")
    monkeypatch.setenv("BOTYARD_KEY_BINANCE_TESTNET_BOT_EMA_CROSS_1_SECRET", "s3")
    assert find_keys("binance", "testnet", "ema-cross-1").key == "k3"
    assert find_keys("binance", "mainnet", "ema-cross-1") is None


def test_keys_are_not_in_what_is_printed(ring, monkeypatch):
    monkeypatch.setenv("BOTYARD_KEY_OKX_TESTNET", "canary")
    monkeypatch.setenv("BOTYARD_KEY_OKX_TESTNET_SECRET", "canary")
    monkeypatch.setenv("BOTYARD_KEY_OKX_TESTNET_PASSPHRASE", "canary")
    assert "canary" not in repr(find_keys("okx", "testnet"))


def test_the_way_is_told():
    assert variable("binance", "testnet", "a-b") == "BOTYARD_KEY_BINANCE_TESTNET_BOT_A_B"
    assert "set BOTYARD_KEY_OKX_MAINNET and BOTYARD_KEY_OKX_MAINNET_SECRET" in how_to_give("okx", "mainnet")
