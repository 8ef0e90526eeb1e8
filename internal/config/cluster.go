package config

import "time"

// Cluster says how one Kafka cluster is reached, and what may be done to it. Values are validated: a Cluster that Load
// returned can be dialled without further checks of form.
type Cluster struct {
	Name        string   // as given with -c; unique
	Environment string   // free text; "prod" makes the cluster read-only by default
	Brokers     []string // seeds, host:port
	Mode        Mode     // what may be changed
	// Security is the principal that observes; Act, where set, is the one that changes the cluster. Without Act the same
	// principal does both.
	Security    Security
	Act         *Security
	SOCKS5      string // host:port of a SOCKS5 proxy in front of the cluster, "" for none
	SOCKS5User, // "" for a proxy without authentication
	SOCKS5Pass Secret
	Addresses map[string]string // advertised host:port → the host:port that is reachable from here
	Refresh   time.Duration     // between two refreshes while watching; at least MinRefresh
	Timeout   time.Duration     // of one request round
	Groups    Selection         // groups to observe
	Topics    Selection         // topics to observe
}

// MinRefresh is the floor of Cluster.Refresh.
const MinRefresh = 2 * time.Second

// Mode is what weir may do to a cluster: ReadOnly or Confirm.
type Mode string

// The modes of a cluster.
const (
	ReadOnly Mode = "read-only" // plans are made, nothing is applied
	Confirm  Mode = "confirm"   // changes are applied after consent
)

// Selection leaves names out by glob ("*" and "?"); it never hides a name silently: what was left out is counted.
type Selection struct {
	Exclude []string
}

// Security is how one principal reaches the brokers.
type Security struct {
	TLS  TLS
	SASL SASL
}

// TLS holds the transport's settings. Files are PEM and are read again when they change.
type TLS struct {
	Enabled    bool
	CAFile     string // roots; the system's when empty
	CertFile   string // client certificate, for mTLS
	KeyFile    string
	KeyPass    Secret // of an encrypted PKCS#8 key
	ServerName string // name to verify instead of the broker's host
	SkipVerify bool   // accept any certificate; doctor says so each time
	SkipName   bool   // verify the chain but not the name (ssl.endpoint.identification.algorithm= of Apache's clients)
	// PEM given in place, as a properties file may (ssl.truststore.certificates and its kin); each counts instead of its
	// file, which is then empty.
	CAPEM   string
	CertPEM string
	KeyPEM  Secret
}

// Mechanism is a SASL mechanism's registered name.
type Mechanism string

// The mechanisms weir speaks. The empty Mechanism is no SASL.
const (
	Plain       Mechanism = "PLAIN"
	Scram256    Mechanism = "SCRAM-SHA-256"
	Scram512    Mechanism = "SCRAM-SHA-512"
	OAuthBearer Mechanism = "OAUTHBEARER"
	AWSMSKIAM   Mechanism = "AWS_MSK_IAM"
)

// SASL holds one mechanism's credentials; which fields count depends on Mechanism.
type SASL struct {
	Mechanism Mechanism
	Username  string // PLAIN, SCRAM
	Password  Secret // PLAIN, SCRAM
	OAuth     OAuth
	AWS       AWS
}

// OAuth is where OAUTHBEARER's token comes from: a token endpoint by client credentials (RFC 6749 §4.4), or a file that
// another program keeps fresh. Exactly one of TokenURL and TokenFile is set.
type OAuth struct {
	TokenURL     string
	ClientID     string
	ClientSecret Secret
	Scope        string
	Extensions   map[string]string // RFC 7628 SASL extensions
	TokenFile    string
}

// AWS signs in to MSK by IAM. Empty keys mean the environment's (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
// AWS_SESSION_TOKEN), then the shared credentials file's profile.
type AWS struct {
	Region    string
	Profile   string
	AccessKey string
	SecretKey Secret
	Token     Secret
}
