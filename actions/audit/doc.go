// Package audit is the append-only journal that stands before every change
// weir makes: an intent is on disk, hashed and signed before the act, and its
// result after it.
//
// The log is a transparency log (RFC 6962 tree, golang.org/x/mod/sumdb/tlog).
// A segment file holds two lines for each record: the entry as JSON, whose
// bytes are the record, and the signed C2SP checkpoint of the tree that ends
// with it. Both are written by one write and made durable by one fsync, so an
// append is whole or torn, and the log can't run ahead of its checkpoint.
// Nothing is ever truncated or rewritten: a torn tail stays where it is, the
// next segment opens with a repair record that names it by length and SHA-256.
//
// The package fails closed: what can't be written, or doesn't match its
// checkpoint, is an error ([ErrUnwritable], [ErrBroken]) and nothing is
// appended. It doesn't encrypt, doesn't hide, and can't stop someone who owns
// the host and the key: see docs/audit.md for what it proves. Secrets and the
// contents of Kafka records must never be given to it.
package audit
