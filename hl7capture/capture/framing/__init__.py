"""In-order bytes of a connection to elements: which protocol it speaks, and where its blocks and frames end."""
