"""The grammar, for lark."""

KEYWORDS = ("and", "or", "not", "in", "exists")
OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "~")

WORD = r'(?:[^\s()",=<>~!]|!(?!=))+'
STRING = r'"(?:[^"\\]|\\.)*"'
PATTERN = r"/(?:[^/\\]|\\.)*/[a-z]*"  # taken behind ~ only: elsewhere a slash is a sign like any other

# A keyword is one only where it stands alone: `order` and `in-house` are words.
_ALONE = r'(?![^\s()",=<>~!])'

GRAMMAR = rf"""
?start: any
?any: all (OR all)*
?all: term (AND? term)*
?term: NOT term                                 -> negation
     | "(" any ")"
     | WORD OPERATOR value                      -> comparison
     | WORD TILDE (value | PATTERN)             -> comparison
     | WORD IN "(" value (COMMA value)* ")"     -> membership
     | WORD EXISTS                              -> existence
     | (WORD | STRING)                          -> word
?value: WORD | STRING

AND.3: /and{_ALONE}/i
OR.3: /or{_ALONE}/i
NOT.3: /not{_ALONE}/i
IN.3: /in{_ALONE}/i
EXISTS.3: /exists{_ALONE}/i
OPERATOR: "=" | "!=" | "<=" | ">=" | "<" | ">"
TILDE: "~"
COMMA: ","
PATTERN.2: /{PATTERN.replace("/", chr(92) + "/")}/
STRING: /{STRING}/s
WORD: /{WORD}/
%ignore /\s+/
"""
