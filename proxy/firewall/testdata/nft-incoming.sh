# setup
nft add table ip mqsniff
nft add chain ip mqsniff MQSNIFF '{ type nat hook output priority -101 ; }'
nft add rule ip mqsniff MQSNIFF meta mark '!=' 0x4d51 meta skuid '!=' 0 tcp dport 9876 redirect to :7777
nft add rule ip mqsniff MQSNIFF meta mark '!=' 0x4d51 meta skuid '!=' 0 ip daddr 10.0.0.0/8 tcp dport 10911 redirect to :7777
nft add chain ip mqsniff MQSNIFF_IN '{ type nat hook prerouting priority -101 ; }'
nft add rule ip mqsniff MQSNIFF_IN tcp dport 9876 redirect to :7777
nft add rule ip mqsniff MQSNIFF_IN ip daddr 10.0.0.0/8 tcp dport 10911 redirect to :7777
nft add table ip6 mqsniff
nft add chain ip6 mqsniff MQSNIFF '{ type nat hook output priority -101 ; }'
nft add rule ip6 mqsniff MQSNIFF meta mark '!=' 0x4d51 meta skuid '!=' 0 tcp dport 9876 redirect to :7777
nft add rule ip6 mqsniff MQSNIFF meta mark '!=' 0x4d51 meta skuid '!=' 0 ip6 daddr 2001:db8::/32 tcp dport 10911 redirect to :7777
nft add chain ip6 mqsniff MQSNIFF_IN '{ type nat hook prerouting priority -101 ; }'
nft add rule ip6 mqsniff MQSNIFF_IN tcp dport 9876 redirect to :7777
nft add rule ip6 mqsniff MQSNIFF_IN ip6 daddr 2001:db8::/32 tcp dport 10911 redirect to :7777
# teardown
nft delete table ip mqsniff
nft delete table ip6 mqsniff
