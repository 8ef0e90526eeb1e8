package kafka

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"weir/internal/config"

	"github.com/twmb/franz-go/pkg/sasl"
)

// mskIAM is AWS_MSK_IAM: a presigned request of the action kafka-cluster:Connect, signed by AWS Signature Version 4, is
// the password. It is our own because franz-go's takes the region from the broker's name or the environment only, which
// leaves out clusters behind other names.
type mskIAM struct {
	set config.AWS
	now func() time.Time
	env func(string) string
}

func newMSKIAM(set config.AWS) *mskIAM { return &mskIAM{set, time.Now, os.Getenv} }

const (
	mskService = "kafka-cluster"
	mskExpires = "300" // seconds; brokers refuse more than 900
	hashOfNone = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)

// Name is the mechanism's registered name.
func (m *mskIAM) Name() string { return string(config.AWSMSKIAM) }

// Authenticate signs for a broker, host:port as it advertises itself.
func (m *mskIAM) Authenticate(ctx context.Context, addr string) (sasl.Session, []byte, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, nil, err
	}
	keys, err := m.keys(ctx)
	if err != nil {
		return nil, nil, &CredentialError{"aws keys", err}
	}
	region, err := m.region(host)
	if err != nil {
		return nil, nil, &CredentialError{"aws region", err}
	}
	payload, err := sign(host, region, keys, m.now())
	return mskSession{}, payload, err
}

type mskSession struct{}

func (mskSession) Challenge(answer []byte) (bool, []byte, error) {
	if len(answer) == 0 {
		return false, nil, errors.New("sasl: AWS_MSK_IAM: the broker's answer is empty")
	}
	return true, nil, nil
}

// region is the configured one, else the environment's, else the one in an MSK broker's name (…REGION.amazonaws.com).
func (m *mskIAM) region(host string) (string, error) {
	for _, r := range []string{m.set.Region, m.env("AWS_REGION"), m.env("AWS_DEFAULT_REGION")} {
		if r != "" {
			return r, nil
		}
	}
	for _, suffix := range []string{".amazonaws.com", ".amazonaws.com.cn"} {
		if name, ok := strings.CutSuffix(host, suffix); ok {
			if r := name[strings.LastIndexByte(name, '.')+1:]; r != "" {
				return r, nil
			}
		}
	}
	return "", fmt.Errorf("not to be told from the broker's name %s; set security.sasl.aws.region", host)
}

type awsKeys struct{ access, secret, token string }

// keys are the configured ones; else the configured profile's; else the environment's; else the default profile's.
func (m *mskIAM) keys(ctx context.Context) (awsKeys, error) {
	if m.set.AccessKey != "" {
		secret, err := m.set.SecretKey.Resolve(ctx)
		if err != nil {
			return awsKeys{}, fmt.Errorf("secret_key: %w", err)
		}
		token, err := m.set.Token.Resolve(ctx)
		if err != nil {
			return awsKeys{}, fmt.Errorf("token: %w", err)
		}
		return awsKeys{m.set.AccessKey, secret, token}, nil
	}
	if m.set.Profile == "" {
		k := awsKeys{m.env("AWS_ACCESS_KEY_ID"), m.env("AWS_SECRET_ACCESS_KEY"), m.env("AWS_SESSION_TOKEN")}
		if k.access != "" && k.secret != "" {
			return k, nil
		}
	}
	return m.profileKeys()
}

func (m *mskIAM) profileKeys() (awsKeys, error) {
	path := m.env("AWS_SHARED_CREDENTIALS_FILE")
	if path == "" {
		home := m.env("HOME")
		if home == "" {
			return awsKeys{}, errors.New("none in the configuration or the environment, and HOME is not set")
		}
		path = filepath.Join(home, ".aws", "credentials")
	}
	profile := m.set.Profile
	for _, p := range []string{m.env("AWS_PROFILE"), "default"} {
		if profile == "" {
			profile = p
		}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return awsKeys{}, &FileError{path, "aws credentials file", withoutPath(err)}
	}
	k := parseProfile(string(b), profile)
	if k.access == "" || k.secret == "" {
		return awsKeys{}, &FileError{path, "aws credentials file", fmt.Errorf("no keys in profile %q", profile)}
	}
	return k, nil
}

// parseProfile reads one profile of a shared credentials file; later lines win, as in AWS's own tools.
func parseProfile(text, profile string) awsKeys {
	var k awsKeys
	in := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, ok := strings.CutPrefix(line, "["); ok {
			name, _, _ = strings.Cut(name, "]")
			in = strings.TrimSpace(name) == profile
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !in || !ok || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "aws_access_key_id":
			k.access = value
		case "aws_secret_access_key":
			k.secret = value
		case "aws_session_token":
			k.token = value
		}
	}
	return k
}

// sign makes the payload: the presigned URL's query as JSON with lower-case keys.
func sign(host, region string, k awsKeys, at time.Time) ([]byte, error) {
	stamp := at.UTC().Format("20060102T150405Z")
	scope := strings.Join([]string{stamp[:8], region, mskService, "aws4_request"}, "/")
	q := url.Values{
		"Action":              {mskService + ":Connect"},
		"X-Amz-Algorithm":     {"AWS4-HMAC-SHA256"},
		"X-Amz-Credential":    {k.access + "/" + scope},
		"X-Amz-Date":          {stamp},
		"X-Amz-Expires":       {mskExpires},
		"X-Amz-SignedHeaders": {"host"},
	}
	if k.token != "" {
		q.Set("X-Amz-Security-Token", k.token)
	}
	query := strings.ReplaceAll(q.Encode(), "+", "%20") // AWS wants %20 for a space
	canonical := sha256.Sum256([]byte("GET\n/\n" + query + "\nhost:" + host + "\n\nhost\n" + hashOfNone))
	toSign := "AWS4-HMAC-SHA256\n" + stamp + "\n" + scope + "\n" + hex.EncodeToString(canonical[:])
	key := []byte("AWS4" + k.secret)
	for _, part := range []string{stamp[:8], region, mskService, "aws4_request"} {
		key = mac(key, part)
	}
	q.Set("X-Amz-Signature", hex.EncodeToString(mac(key, toSign)))
	out := map[string]string{
		"version": "2020_10_22", "host": host, "user-agent": "weir/" + runtime.Version(),
	}
	for name, v := range q {
		out[strings.ToLower(name)] = v[0]
	}
	return json.Marshal(out)
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
