"""The chat: ideas in, stage messages and charts out, and the fleet's commands.

1. A poller (app.py) or a webhook (webhook.py) brings updates.
2. The doorman (doorman.py) lets known people through, once per update, and not too late.
3. The desk (desk.py) answers commands with the same functions as the command line; buttons carry short tokens (memory.py).
4. Runs wait in a line (runs.py) and are carried out one by one in a process of their own (worker.py).
5. The messenger (messenger.py) sends, edits, and keeps to Telegram's limits.
"""
