"""How long nobody has to speak until something follows from it, in nanoseconds (docs/decisions/0026)."""

# As good as an answer. Longer than TCP needs to repeat what was lost, shorter than anybody waits for an answer.
SILENCE = 5 * 1_000_000_000
# What was on its way will not go on: a device was switched off. E1381's longest timer is 30 s; this is twenty of them.
ABANDONED = 600 * 1_000_000_000
