"""Alerts for people: listing, acknowledging, resolving, sending. See docs/alerts.md.

- `marts`: what the commands read in the warehouse, read only and at once
- `routes`: which channels an alert goes to, and when
- `channels`: the URLs of the channels and the sending itself
- `messages`: the texts: single alerts, groups, digests, the weekly report
- `deliveries`: the durable log, and the lock that lets one dispatcher work at a time
- `dispatch`: what is due, retries with back-off
- `actions`: acknowledge and resolve, as raw files for the next build
- `cli`: the commands
"""
