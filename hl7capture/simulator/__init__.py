"""A simulated analyzer and LIS: invented patients, real conversations, over loopback sockets or as a pcap stream."""
