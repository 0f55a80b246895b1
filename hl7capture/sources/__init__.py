"""Where bytes come from: live capture, files, standard input. Each yields one pcap or pcapng byte stream."""
