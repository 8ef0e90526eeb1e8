package state

// losingData: records were deleted before the group read them. One or two may be markers of transactions.
var losingData = rule{code: cLosingData, since: fromNow, holds: func(f *facts) bool { return f.lost > rest }}
