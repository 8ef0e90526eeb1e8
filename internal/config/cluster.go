package config

import "time"

// The toml tags of this file are the keys of the configuration file, and form:"file" marks paths: one schema reads the
// file, shows it and checks config.example.toml.

// Cluster says how one Kafka cluster is reached, and what may be done to it. Values are validated: a Cluster that Load
// returned can be dialled without further checks of form.
type Cluster struct {
	Name        string   `toml:"-"`           // as given with -c; unique
	Environment string   `toml:"environment"` // free text; "prod" makes the cluster read-only by default
	Brokers     []string `toml:"brokers"`     // seeds, host:port
	ID          string   `toml:"id"`          // as its brokers tell it; "" where the file doesn't say
	Mode        Mode     `toml:"mode"`        // whether anything may be changed
	Policy      Changes  `toml:"policy"`      // what may be changed, when and how
	// Security is the principal that observes; Act, where set, is the one that changes the cluster. Without Act the same
	// principal does both.
	Security   Security          `toml:"security"`
	Act        *Security         `toml:"act"`
	SOCKS5     string            `toml:"socks5"`          // host:port of a SOCKS5 proxy in front of the cluster, "" for none
	SOCKS5User Secret            `toml:"socks5_username"` // none for a proxy without authentication
	SOCKS5Pass Secret            `toml:"socks5_password"`
	Addresses  map[string]string `toml:"addresses"` // advertised host:port → the host:port that is reachable from here
	Refresh    time.Duration     `toml:"refresh"`   // between two refreshes while watching; at least MinRefresh
	Timeout    time.Duration     `toml:"timeout"`   // of one request round
	Groups     Selection         `toml:"groups"`    // groups to observe
	Topics     Selection         `toml:"topics"`    // topics to observe
	// Applications are the programs behind the groups, for changes that need a group without members.
	Applications []Application `toml:"applications"`
	Claims       *Claims       `toml:"claims"` // where operators on several hosts claim what they change; nil: nowhere
	Masks        []Mask        `toml:"-"`      // what of its records is hidden: those of the whole file that hold here
}

// MinRefresh and MinTimeout are the floors of Cluster.Refresh and Cluster.Timeout; the defaults hold where nothing else is set.
const (
	MinRefresh     = 2 * time.Second
	MinTimeout     = 100 * time.Millisecond // no round of requests is done sooner for certain
	DefaultRefresh = 5 * time.Second
	DefaultTimeout = 10 * time.Second
)

// Mode is what weir may do to a cluster: ReadOnly or Confirm.
type Mode string

// The modes of a cluster.
const (
	ReadOnly Mode = "read-only" // plans are made, nothing is applied
	Confirm  Mode = "confirm"   // changes are applied after consent
)

// Selection leaves names out by glob ("*" and "?"); it never hides a name silently: what was left out is counted.
type Selection struct {
	Exclude []string `toml:"exclude"`
}

// Security is how one principal reaches the brokers.
type Security struct {
	TLS  TLS  `toml:"tls"`
	SASL SASL `toml:"sasl"`
}

// TLS holds the transport's settings. Files are PEM and are read again when they change.
type TLS struct {
	Enabled    bool   `toml:"enabled"`
	CAFile     string `toml:"ca_file" form:"file"`   // roots; the system's when empty
	CertFile   string `toml:"cert_file" form:"file"` // client certificate, for mTLS
	KeyFile    string `toml:"key_file" form:"file"`
	KeyPass    Secret `toml:"key_password"`    // of an encrypted PKCS#8 key
	ServerName string `toml:"server_name"`     // name to verify instead of the broker's host
	SkipVerify bool   `toml:"skip_verify"`     // accept any certificate; doctor says so each time
	SkipName   bool   `toml:"skip_name_check"` // verify the chain but not the name (ssl.endpoint.identification.algorithm= of Apache's clients)
	// PEM given in place, as a properties file may (ssl.truststore.certificates and its kin); each counts instead of its
	// file, which is then empty.
	CAPEM   string `toml:"-"`
	CertPEM string `toml:"-"`
	KeyPEM  Secret `toml:"-"`
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
	Mechanism Mechanism `toml:"mechanism"`
	Username  string    `toml:"username"` // PLAIN, SCRAM
	Password  Secret    `toml:"password"` // PLAIN, SCRAM
	OAuth     OAuth     `toml:"oauth"`
	AWS       AWS       `toml:"aws"`
}

// OAuth is where OAUTHBEARER's token comes from: a token endpoint by client credentials (RFC 6749 §4.4), or a file that
// another program keeps fresh. Exactly one of TokenURL and TokenFile is set.
type OAuth struct {
	TokenURL     string            `toml:"token_url"`
	ClientID     string            `toml:"client_id"`
	ClientSecret Secret            `toml:"client_secret"`
	Scope        string            `toml:"scope"`
	Extensions   map[string]string `toml:"extensions"` // RFC 7628 SASL extensions
	TokenFile    string            `toml:"token_file" form:"file"`
}

// AWS signs in to MSK by IAM. Without AccessKey the keys are those of Profile in the shared credentials file; without
// Profile too, the environment's (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN), then the default profile's.
// An empty Region is AWS_REGION, AWS_DEFAULT_REGION, or what the broker's name says.
type AWS struct {
	Region    string `toml:"region"`
	Profile   string `toml:"profile"`
	AccessKey string `toml:"access_key"`
	SecretKey Secret `toml:"secret_key"`
	Token     Secret `toml:"token"`
}
