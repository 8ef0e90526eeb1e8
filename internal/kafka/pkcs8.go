package kafka

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"
)

// openKey decrypts an encrypted PKCS#8 private key (RFC 5958 with PBES2, RFC 8018 §6.2); other PEM comes back as it is.
// Errors hold neither key nor pass phrase.
func openKey(keyPEM []byte, pass string) ([]byte, error) {
	rest := keyPEM
	for {
		var b *pem.Block
		if b, rest = pem.Decode(rest); b == nil {
			return keyPEM, nil
		}
		switch {
		case b.Type == "ENCRYPTED PRIVATE KEY":
			if pass == "" {
				return nil, errors.New("it is encrypted and no key_password is set")
			}
			der, err := decryptPKCS8(b.Bytes, pass)
			if err != nil {
				return nil, err
			}
			return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
		case b.Headers["DEK-Info"] != "":
			return nil, errors.New("it is encrypted in the old PEM way; convert it: openssl pkcs8 -topk8 -in KEY -out KEY.p8")
		}
	}
}

var (
	oidPBES2   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidSHA1    = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}
	oidSHA256  = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidSHA512  = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 11}
	oidDES3    = asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}
	oidAES128  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}
	oidAES192  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 22}
	oidAES256  = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
	errPassKey = errors.New("the key_password does not open it")
)

// maxIterations bounds the work that a key file can ask for.
const maxIterations = 2_000_000

type encryptedKey struct {
	Algorithm pkix.AlgorithmIdentifier
	Data      []byte
}

type pbes2 struct {
	KDF, Cipher pkix.AlgorithmIdentifier
}

type pbkdf2Params struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
}

func decryptPKCS8(der []byte, pass string) ([]byte, error) {
	var k encryptedKey
	if _, err := asn1.Unmarshal(der, &k); err != nil {
		return nil, errors.New("it is not an encrypted PKCS#8 key")
	}
	if !k.Algorithm.Algorithm.Equal(oidPBES2) {
		return nil, fmt.Errorf("its encryption %s is not PBES2; convert it: openssl pkcs8 -topk8 -v2 aes256 -in KEY -out KEY.p8", k.Algorithm.Algorithm)
	}
	var p pbes2
	var kdf pbkdf2Params
	var iv []byte
	if !parsed(k.Algorithm, &p) || !parsed(p.KDF, &kdf) || !parsed(p.Cipher, &iv) {
		return nil, errors.New("its PBES2 parameters are damaged")
	}
	if !p.KDF.Algorithm.Equal(oidPBKDF2) {
		return nil, fmt.Errorf("its key derivation %s is not PBKDF2", p.KDF.Algorithm)
	}
	block, err := blockCipher(p.Cipher.Algorithm, pass, kdf)
	if err != nil {
		return nil, err
	}
	return decryptCBC(block, iv, k.Data)
}

func parsed(a pkix.AlgorithmIdentifier, to any) bool {
	_, err := asn1.Unmarshal(a.Parameters.FullBytes, to)
	return err == nil
}

func blockCipher(alg asn1.ObjectIdentifier, pass string, p pbkdf2Params) (cipher.Block, error) {
	size, open := 0, aes.NewCipher
	switch {
	case alg.Equal(oidAES128):
		size = 16
	case alg.Equal(oidAES192):
		size = 24
	case alg.Equal(oidAES256):
		size = 32
	case alg.Equal(oidDES3):
		size, open = 24, des.NewTripleDESCipher
	default:
		return nil, fmt.Errorf("its cipher %s is not supported", alg)
	}
	prf, err := prfOf(p.PRF.Algorithm)
	if err != nil {
		return nil, err
	}
	if p.Iterations < 1 || p.Iterations > maxIterations {
		return nil, fmt.Errorf("its iteration count %d is out of range", p.Iterations)
	}
	key, err := pbkdf2.Key(prf, pass, p.Salt, p.Iterations, size)
	if err != nil {
		return nil, err
	}
	return open(key)
}

func prfOf(oid asn1.ObjectIdentifier) (func() hash.Hash, error) {
	switch {
	case len(oid) == 0, oid.Equal(oidSHA1): // the default of RFC 8018
		return sha1.New, nil
	case oid.Equal(oidSHA256):
		return sha256.New, nil
	case oid.Equal(oidSHA512):
		return sha512.New, nil
	}
	return nil, fmt.Errorf("its hash %s is not supported", oid)
}

func decryptCBC(b cipher.Block, iv, data []byte) ([]byte, error) {
	n := b.BlockSize()
	if len(iv) != n || len(data) == 0 || len(data)%n != 0 {
		return nil, errors.New("its ciphertext is damaged")
	}
	out := bytes.Clone(data)
	cipher.NewCBCDecrypter(b, iv).CryptBlocks(out, out)
	pad := int(out[len(out)-1])
	if pad < 1 || pad > n || !bytes.Equal(out[len(out)-pad:], bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, errPassKey
	}
	return out[:len(out)-pad], nil
}
