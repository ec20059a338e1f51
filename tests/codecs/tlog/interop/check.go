// Reads a log that Clearspan wrote, with the packages of Go's checksum database, and says what it thinks of it.
//
//	check DIRECTORY
//
// The directory holds what a tlog-tiles server would serve (checkpoint, tile/...), and beside it
//
//	log-key, witness-key     public keys
//	log-seed                 the log's secret seed in hexadecimal, so that its signature can be made again
//	proofs                   lines `inclusion <index> <size> <hash>*` and `consistency <old> <new> <old root> <hash>*`
//
// The last line is `verified ...` or `refused: ...`, and the exit status 0 or 1.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

func main() {
	if len(os.Args) != 2 {
		fmt.Println("refused: one argument, the directory")
		os.Exit(1)
	}
	verdict, err := check(os.Args[1])
	if err != nil {
		fmt.Println("refused:", err)
		os.Exit(1)
	}
	fmt.Println("verified", verdict)
}

func check(dir string) (string, error) {
	tree, witnesses, err := checkNote(dir)
	if err != nil {
		return "", fmt.Errorf("note: %v", err)
	}
	hashes := tlog.TileHashReader(tree, &tileReader{dir})
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil || root != tree.Hash {
		return "", fmt.Errorf("the root of the tiles is %v, %v", root, err)
	}
	entries, err := checkEntries(dir, tree, hashes)
	if err != nil {
		return "", fmt.Errorf("entries: %v", err)
	}
	proofs, err := checkProofs(dir, tree, hashes)
	if err != nil {
		return "", fmt.Errorf("proofs: %v", err)
	}
	return fmt.Sprintf("size %d witnesses %d entries %d proofs %d", tree.N, witnesses, entries, proofs), nil
}

// checkNote verifies the checkpoint, and that this note package would have signed it with the same bytes.
func checkNote(dir string) (tree tlog.Tree, witnesses int, err error) {
	message, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return tree, 0, err
	}
	logKey, err := readLine(dir, "log-key")
	if err != nil {
		return tree, 0, err
	}
	log, err := note.NewVerifier(logKey)
	if err != nil {
		return tree, 0, err
	}
	witness, err := newCosignatureVerifier(dir)
	if err != nil {
		return tree, 0, err
	}
	opened, err := note.Open(message, note.VerifierList(log, witness))
	if err != nil {
		return tree, 0, err
	}
	if len(opened.UnverifiedSigs) != 0 || len(opened.Sigs) == 0 || opened.Sigs[0].Name != log.Name() {
		return tree, 0, fmt.Errorf("unexpected signatures: %v, %v", opened.Sigs, opened.UnverifiedSigs)
	}
	if err := checkSignedAgain(dir, message, opened, log); err != nil {
		return tree, 0, err
	}

	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != log.Name() {
		return tree, 0, fmt.Errorf("unexpected text %q", opened.Text)
	}
	if tree.N, err = strconv.ParseInt(lines[1], 10, 64); err != nil {
		return tree, 0, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, len(opened.Sigs) - 1, err
}

func checkSignedAgain(dir string, message []byte, opened *note.Note, log note.Verifier) error {
	digits, err := readLine(dir, "log-seed")
	if err != nil {
		return err
	}
	seed, err := hex.DecodeString(digits)
	if err != nil {
		return err
	}
	secret := base64.StdEncoding.EncodeToString(append([]byte{1}, seed...))
	signer, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%08x+%s", log.Name(), log.KeyHash(), secret))
	if err != nil {
		return err
	}
	signed, err := note.Sign(&note.Note{Text: opened.Text}, signer)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(message, signed) {
		return fmt.Errorf("signing again gives %q", signed)
	}
	return nil
}

// cosignatureVerifier checks C2SP cosignature/v1, which the note package does not know.
type cosignatureVerifier struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (v *cosignatureVerifier) Name() string    { return v.name }
func (v *cosignatureVerifier) KeyHash() uint32 { return v.hash }

func (v *cosignatureVerifier) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	seconds := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", seconds, text)
	return ed25519.Verify(v.key, []byte(message), signature[8:])
}

func newCosignatureVerifier(dir string) (note.Verifier, error) {
	line, err := readLine(dir, "witness-key")
	if err != nil {
		return nil, err
	}
	parts := strings.SplitN(line, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("malformed witness key")
	}
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		return nil, fmt.Errorf("malformed witness key: %v", err)
	}
	return &cosignatureVerifier{parts[0], uint32(hash), key[1:]}, nil
}

// tileReader gives the tiles of the directory to the tlog package, which names them with their height.
type tileReader struct{ dir string }

func (r *tileReader) Height() int                             { return tileHeight }
func (r *tileReader) SaveTiles(tiles []tlog.Tile, _ [][]byte) {}

func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range tiles {
		data, err := os.ReadFile(filepath.Join(r.dir, tilesPath(tile)))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

// tilesPath is the path of C2SP tlog-tiles: without the height, and with "entries" for "data".
func tilesPath(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
	return "tile/" + strings.Replace(path, "data/", "entries/", 1)
}

// checkEntries compares the hash of every entry with the hash in the tree.
func checkEntries(dir string, tree tlog.Tree, hashes tlog.HashReader) (int64, error) {
	var index int64
	for index < tree.N {
		width := tree.N - index
		if width > 1<<tileHeight {
			width = 1 << tileHeight
		}
		tile := tlog.Tile{H: tileHeight, L: -1, N: index >> tileHeight, W: int(width)}
		bundle, err := os.ReadFile(filepath.Join(dir, tilesPath(tile)))
		if err != nil {
			return index, err
		}
		var wanted []int64
		for i := int64(0); i < width; i++ {
			wanted = append(wanted, tlog.StoredHashIndex(0, index+i))
		}
		leaves, err := hashes.ReadHashes(wanted)
		if err != nil {
			return index, err
		}
		for _, leaf := range leaves {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				return index, fmt.Errorf("bundle %d ends early", tile.N)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			if tlog.RecordHash(bundle[2:end]) != leaf {
				return index, fmt.Errorf("entry %d is not the one in the tree", index)
			}
			bundle = bundle[end:]
			index++
		}
		if len(bundle) != 0 {
			return index, fmt.Errorf("bundle %d is too long", tile.N)
		}
	}
	return index, nil
}

// checkProofs verifies each proof, and that the tlog package builds the same one from the tiles.
func checkProofs(dir string, tree tlog.Tree, hashes tlog.HashReader) (int, error) {
	text, err := os.ReadFile(filepath.Join(dir, "proofs"))
	if err != nil {
		return 0, err
	}
	count := 0
	for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		if err := checkProof(strings.Fields(line), tree, hashes); err != nil {
			return count, fmt.Errorf("%.60q: %v", line, err)
		}
		count++
	}
	return count, nil
}

func checkProof(fields []string, tree tlog.Tree, hashes tlog.HashReader) error {
	if len(fields) < 3 {
		return fmt.Errorf("too few fields")
	}
	a, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return err
	}
	b, err := strconv.ParseInt(fields[2], 10, 64)
	if err != nil {
		return err
	}
	proof, err := parseHashes(fields[3:])
	if err != nil {
		return err
	}
	root, err := tlog.TreeHash(b, hashes)
	if err != nil {
		return err
	}
	switch fields[0] {
	case "inclusion":
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, a)})
		if err != nil {
			return err
		}
		built, err := tlog.ProveRecord(b, a, hashes)
		if err != nil {
			return err
		}
		if !equal(built, proof) {
			return fmt.Errorf("another proof than %v", built)
		}
		return tlog.CheckRecord(proof, b, root, a, leaf[0])
	case "consistency":
		if len(proof) == 0 {
			return fmt.Errorf("no old root")
		}
		built, err := tlog.ProveTree(b, a, hashes)
		if err != nil {
			return err
		}
		if !equal(built, proof[1:]) {
			return fmt.Errorf("another proof than %v", built)
		}
		return tlog.CheckTree(proof[1:], b, root, a, proof[0])
	}
	return fmt.Errorf("unknown kind")
}

func parseHashes(fields []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, field := range fields {
		raw, err := hex.DecodeString(field)
		if err != nil || len(raw) != tlog.HashSize {
			return nil, fmt.Errorf("malformed hash %q", field)
		}
		var hash tlog.Hash
		copy(hash[:], raw)
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func equal(a, b []tlog.Hash) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func readLine(dir, name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, name))
	return strings.TrimSpace(string(text)), err
}
