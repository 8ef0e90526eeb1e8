package kafka

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"weir/internal/config"

	"github.com/twmb/franz-go/pkg/sasl/aws"
)

const mskBroker = "b-1.demo.abc123.c2.kafka.eu-west-1.amazonaws.com"

func awsEnv(vars map[string]string) func(string) string {
	return func(k string) string { return vars[k] }
}

// The signature computed anew from the payload alone, step by step as AWS documents it, by other means than sign's.
func TestMSKSignature(t *testing.T) {
	at := time.Date(2026, 11, 21, 3, 0, 0, 0, time.FixedZone("", 7200))
	m := &mskIAM{config.AWS{AccessKey: "AKIDEXAMPLE", SecretKey: config.Literal("sec/ret+key"), Token: config.Literal("to ken+/=")}, func() time.Time { return at }, awsEnv(nil)}
	_, payload, err := m.Authenticate(t.Context(), mskBroker+":9098")
	must(t, err)
	var p map[string]string
	must(t, json.Unmarshal(payload, &p))
	want := map[string]string{
		"version": "2020_10_22", "host": mskBroker, "action": "kafka-cluster:Connect", "x-amz-algorithm": "AWS4-HMAC-SHA256",
		"x-amz-credential": "AKIDEXAMPLE/20261121/eu-west-1/kafka-cluster/aws4_request", "x-amz-date": "20261121T010000Z",
		"x-amz-expires": "300", "x-amz-signedheaders": "host", "x-amz-security-token": "to ken+/=",
	}
	for k, v := range want {
		if p[k] != v {
			t.Errorf("%s is %q, want %q", k, p[k], v)
		}
	}
	names := map[string]string{"action": "Action", "x-amz-algorithm": "X-Amz-Algorithm", "x-amz-credential": "X-Amz-Credential", "x-amz-date": "X-Amz-Date",
		"x-amz-expires": "X-Amz-Expires", "x-amz-signedheaders": "X-Amz-SignedHeaders", "x-amz-security-token": "X-Amz-Security-Token"}
	var pairs []string
	for k, n := range names {
		pairs = append(pairs, n+"="+strings.ReplaceAll(url.QueryEscape(p[k]), "+", "%20"))
	}
	slices.Sort(pairs)
	request := fmt.Sprintf("GET\n/\n%s\nhost:%s\n\nhost\n%x", strings.Join(pairs, "&"), mskBroker, sha256.Sum256(nil))
	toSign := fmt.Sprintf("AWS4-HMAC-SHA256\n20261121T010000Z\n20261121/eu-west-1/kafka-cluster/aws4_request\n%x", sha256.Sum256([]byte(request)))
	step := func(key []byte, s string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(s))
		return h.Sum(nil)
	}
	key := step(step(step(step([]byte("AWS4sec/ret+key"), "20261121"), "eu-west-1"), "kafka-cluster"), "aws4_request")
	if got, want := p["x-amz-signature"], hex.EncodeToString(step(key, toSign)); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
	if len(p) != len(want)+2 || !strings.HasPrefix(p["user-agent"], "weir/") {
		t.Errorf("payload has %v", slices.Sorted(maps.Keys(p)))
	}
}

// franz-go's own mechanism signs the same, at the same moment.
func TestMSKSignsAsTheLibraryDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, ours, err := newMSKIAM(config.AWS{AccessKey: "AK", SecretKey: config.Literal("sk"), Token: config.Literal("t/+ 1")}).Authenticate(t.Context(), mskBroker+":9098")
		must(t, err)
		_, theirs, err := aws.Auth{AccessKey: "AK", SecretKey: "sk", SessionToken: "t/+ 1"}.AsManagedStreamingIAMMechanism().Authenticate(t.Context(), mskBroker+":9098")
		must(t, err)
		var a, b map[string]string
		must(t, json.Unmarshal(ours, &a))
		must(t, json.Unmarshal(theirs, &b))
		delete(a, "user-agent")
		delete(b, "user-agent")
		if !maps.Equal(a, b) {
			t.Errorf("%v\n%v", a, b)
		}
	})
}

func TestMSKRegion(t *testing.T) {
	for _, x := range []struct {
		set  string
		env  map[string]string
		host string
		want string
	}{
		{"", nil, mskBroker, "eu-west-1"},
		{"", nil, "b-1.x.kafka.cn-north-1.amazonaws.com.cn", "cn-north-1"},
		{"us-east-2", map[string]string{"AWS_REGION": "a"}, mskBroker, "us-east-2"},
		{"", map[string]string{"AWS_REGION": "r1", "AWS_DEFAULT_REGION": "r2"}, "kafka.corp", "r1"},
		{"", map[string]string{"AWS_DEFAULT_REGION": "r2"}, "kafka.corp", "r2"},
		{"", nil, "kafka.corp", ""},
	} {
		got, err := (&mskIAM{set: config.AWS{Region: x.set}, env: awsEnv(x.env)}).region(x.host)
		if got != x.want || (err == nil) != (x.want != "") {
			t.Errorf("%+v: %q, %v", x, got, err)
		}
	}
}

const credentialsFile = `# kept by hand
[default]
aws_access_key_id = DEFAULT
aws_secret_access_key=ds
[ prod ] ; team
aws_access_key_id=PROD
;aws_access_key_id=NOT
aws_secret_access_key = p=s
aws_session_token = st
region = eu-west-1
[half]
aws_access_key_id = H
`

func TestMSKKeys(t *testing.T) {
	f := writeFile(t, "credentials", []byte(credentialsFile))
	file := map[string]string{"AWS_SHARED_CREDENTIALS_FILE": f}
	keys := map[string]string{"AWS_SHARED_CREDENTIALS_FILE": f, "AWS_ACCESS_KEY_ID": "ENV", "AWS_SECRET_ACCESS_KEY": "es", "AWS_SESSION_TOKEN": "et"}
	for name, x := range map[string]struct {
		set  config.AWS
		env  map[string]string
		want awsKeys
	}{
		"configured":         {config.AWS{AccessKey: "C", SecretKey: config.Literal("cs"), Profile: "prod"}, keys, awsKeys{"C", "cs", ""}},
		"environment":        {config.AWS{}, keys, awsKeys{"ENV", "es", "et"}},
		"named profile":      {config.AWS{Profile: "prod"}, keys, awsKeys{"PROD", "p=s", "st"}},
		"default profile":    {config.AWS{}, file, awsKeys{"DEFAULT", "ds", ""}},
		"profile by its env": {config.AWS{}, map[string]string{"AWS_SHARED_CREDENTIALS_FILE": f, "AWS_PROFILE": "prod"}, awsKeys{"PROD", "p=s", "st"}},
		"half a profile":     {config.AWS{Profile: "half"}, file, awsKeys{}},
		"no such profile":    {config.AWS{Profile: "x"}, file, awsKeys{}},
		"no file":            {config.AWS{}, map[string]string{"HOME": t.TempDir()}, awsKeys{}},
		"nothing":            {config.AWS{}, nil, awsKeys{}},
	} {
		got, err := (&mskIAM{set: x.set, env: awsEnv(x.env)}).keys(t.Context())
		if got != x.want || (err == nil) != (x.want.access != "") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzParseProfile(f *testing.F) {
	f.Add(credentialsFile, "prod")
	f.Fuzz(func(t *testing.T, text, profile string) {
		if k := parseProfile(text, profile); !strings.Contains(text, k.access) || !strings.Contains(text, k.secret) {
			t.Fatalf("%+v", k)
		}
	})
}

func TestMSKAtABroker(t *testing.T) {
	noLeaks(t)
	said := make(chan string, 8)
	addr := listen(t, func(c net.Conn) { saslServer(c, "AWS_MSK_IAM", said) })
	c := cluster(mskBroker + ":9098")
	c.Addresses = map[string]string{mskBroker + ":9098": addr}
	c.Security.SASL = config.SASL{Mechanism: config.AWSMSKIAM, AWS: config.AWS{AccessKey: "AK", SecretKey: config.Literal("sk")}}
	wantID(t, dialed(t, c, Seeing, Options{}))
	if got := <-said; !strings.Contains(got, `"host":"`+mskBroker+`"`) || strings.Contains(got, `"sk"`) {
		t.Errorf("%s", got)
	}
}
