"""Sessions in the formats of other programs. Pure: sessions in, bytes out."""
