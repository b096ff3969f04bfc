"""What a bot in AWS that trades at a testnet needs beyond one on paper: its exchange's client, room on its account."""
