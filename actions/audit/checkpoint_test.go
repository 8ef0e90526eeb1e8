package audit

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// testKeys are the same in every process: a fuzz worker reads what another wrote.
func testKeys(t testing.TB) (k keys, skey string) {
	t.Helper()
	seed := make([]byte, ed25519.SeedSize)
	vkey, err := note.NewEd25519VerifierKey("weir-audit/test/0", ed25519.NewKeyFromSeed(seed).Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	hash := strings.Split(vkey, "+")[1]
	skey = "PRIVATE+KEY+weir-audit/test/0+" + hash + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))
	if k, err = parseKeys(skey); err != nil {
		t.Fatal(err)
	}
	if k.vkey != vkey {
		t.Fatalf("derived %s, want %s", k.vkey, vkey)
	}
	return k, skey
}

func TestCheckpointLine(t *testing.T) {
	k, _ := testKeys(t)
	root, sum := tlog.RecordHash([]byte("root")), tlog.RecordHash([]byte("sum"))
	line, msg, err := signLine(k.signer, 7, root, sum)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(msg), "\n")
	if len(lines) != 6 || lines[0] != "weir-audit/test/0" || lines[1] != "7" || lines[2] != root.String() || lines[3] != "" {
		t.Errorf("not a checkpoint of C2SP: %q", msg)
	}
	var w struct{ Checkpoint, Record string }
	if err := json.Unmarshal(line, &w); err != nil || w.Checkpoint != string(msg) || w.Record != sum.String() {
		t.Errorf("%s: %v", line, err)
	}
	sig, ok := matchLine(line, "weir-audit/test/0", 7, root, sum)
	if !ok || sig != signatureOf(line) || !verifySig(k.verifier, body("weir-audit/test/0", 7, root), sig) {
		t.Errorf("sig %q, %v", sig, ok)
	}
	if _, ok := matchLine(line, "weir-audit/test/0", 8, root, sum); ok {
		t.Error("another size matches")
	}
	stated, err := readLine(line, k.verifier)
	if err != nil || stated.Size != 7 || stated.Root != root || stated.record != sum {
		t.Errorf("%+v, %v", stated, err)
	}
}

// The last character of a signature has bits that lax decoding ignores.
func TestSignatureHasOneSpelling(t *testing.T) {
	k, _ := testKeys(t)
	line, _, err := signLine(k.signer, 1, tlog.Hash{}, tlog.Hash{})
	if err != nil {
		t.Fatal(err)
	}
	sig := signatureOf(line)
	n := 0
	for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=" {
		if verifySig(k.verifier, body("weir-audit/test/0", 1, tlog.Hash{}), sig[:len(sig)-2]+string(c)+"=") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d spellings are taken", n)
	}
}

func TestParseCheckpointRefuses(t *testing.T) {
	k, _ := testKeys(t)
	sign := func(text string) []byte {
		msg, err := note.Sign(&note.Note{Text: text}, k.signer)
		if err != nil {
			t.Fatal(err)
		}
		return msg
	}
	root := tlog.Hash{}.String()
	if _, err := ParseCheckpoint(sign("weir-audit/test/0\n3\n"+root+"\nmore\n"), k.vkey+"\n"); err != nil {
		t.Errorf("more lines are allowed: %v", err)
	}
	for name, c := range map[string]struct {
		msg  []byte
		vkey string
	}{
		"other origin": {sign("elsewhere\n3\n" + root + "\n"), k.vkey},
		"no root":      {sign("weir-audit/test/0\n3\n"), k.vkey},
		"size":         {sign("weir-audit/test/0\n03\n" + root + "\n"), k.vkey},
		"negative":     {sign("weir-audit/test/0\n-3\n" + root + "\n"), k.vkey},
		"root":         {sign("weir-audit/test/0\n3\nxyz\n"), k.vkey},
		"no note":      {[]byte("x"), k.vkey},
		"no key":       {sign("weir-audit/test/0\n3\n" + root + "\n"), ""},
	} {
		if cp, err := ParseCheckpoint(c.msg, c.vkey); err == nil {
			t.Errorf("%s: %+v", name, cp)
		}
	}
}
