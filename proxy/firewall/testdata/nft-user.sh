# setup
nft add table ip mqsniff
nft add chain ip mqsniff MQSNIFF '{ type nat hook output priority -101 ; }'
nft add rule ip mqsniff MQSNIFF meta skuid '!=' 1001 tcp dport 9876 redirect to :7777
nft add rule ip mqsniff MQSNIFF meta skuid '!=' 1001 ip daddr 10.0.0.7/32 tcp dport 10911 redirect to :7777
# teardown
nft delete table ip mqsniff
