package audit

import "fmt"

// BreakKind names a way in which a log doesn't verify.
type BreakKind string

// The kinds of break that Verify tells apart.
const (
	BreakEntry          BreakKind = "entry_changed"       // the entry isn't what was signed
	BreakCheckpoint     BreakKind = "checkpoint_changed"  // the checkpoint line isn't what was written
	BreakSignature      BreakKind = "bad_signature"       // the checkpoint isn't signed by the log's key
	BreakRoot           BreakKind = "root_differs"        // signed, but not the tree of these records
	BreakMissing        BreakKind = "records_missing"     // a jump in the sequence
	BreakOrder          BreakKind = "out_of_order"        // repeated or moved records
	BreakNoCheckpoint   BreakKind = "checkpoint_missing"  // an entry without its checkpoint line
	BreakNoEntry        BreakKind = "entry_missing"       // a checkpoint line without its entry
	BreakTorn           BreakKind = "torn"                // bytes of an append that was cut off, not repaired
	BreakRepair         BreakKind = "repair_differs"      // a repair record that doesn't match the torn bytes
	BreakSegment        BreakKind = "segment_missing"     // a hole in the numbers of the segments
	BreakKey            BreakKind = "key_differs"         // not the pinned key
	BreakAnchorAhead    BreakKind = "anchor_ahead"        // the anchor holds more: the log was cut back
	BreakAnchorDiffers  BreakKind = "anchor_differs"      // the anchor holds another tree: history was rewritten
	BreakAnchorUnsigned BreakKind = "anchor_not_this_log" // the anchor's checkpoint isn't signed by the log's key
)

const evidence = "copy the whole directory as evidence before anything else, then compare with a backup or an export"

// advice says what to do, by kind.
var advice = map[BreakKind]string{
	BreakEntry:          evidence,
	BreakCheckpoint:     evidence,
	BreakSignature:      evidence,
	BreakRoot:           evidence + "; a record before this one was changed, removed or added",
	BreakMissing:        evidence + "; look for the records by their numbers",
	BreakOrder:          evidence,
	BreakNoCheckpoint:   evidence,
	BreakNoEntry:        evidence,
	BreakTorn:           "if a weir was killed, or the disk was full, at that time, the next change records and passes it; if not, " + evidence,
	BreakRepair:         evidence,
	BreakSegment:        "look for the file: archived segments must stay in the directory",
	BreakKey:            "the key pair was replaced, or the pinned key is another log's; " + evidence,
	BreakAnchorAhead:    "the end of the log was cut off or restored from an old backup; " + evidence,
	BreakAnchorDiffers:  "the log was rewritten after it was anchored, or went on from an old copy; " + evidence,
	BreakAnchorUnsigned: "the key was replaced, or the anchor belongs to another log; " + evidence,
}

// Break is one place at which a log doesn't verify.
type Break struct {
	Kind    BreakKind
	Segment string // file name; empty where it isn't in a segment
	Line    int64  // from 1; 0 where it isn't on a line
	Offset  int64  // of the line's first byte in the segment
	Seq     int64  // of the entry, as far as can be told; 0 if it can't
	What    string // a sentence
	Do      string // what to do
}

// Error tells what and where; Do isn't part of it.
func (b *Break) Error() string {
	switch {
	case b.Segment == "":
		return b.What
	case b.Line == 0:
		return fmt.Sprintf("%s: %s", b.Segment, b.What)
	}
	return fmt.Sprintf("%s line %d (byte %d): %s", b.Segment, b.Line, b.Offset, b.What)
}
