# setup
iptables -w -t nat -N MQSNIFF
iptables -w -t nat -A MQSNIFF -p tcp --dport 9876 -j REDIRECT --to-ports 7777
iptables -w -t nat -A MQSNIFF -p tcp --dport 10911 -j REDIRECT --to-ports 7777
iptables -w -t nat -I OUTPUT -p tcp -m owner ! --uid-owner 1001 -j MQSNIFF
# teardown
iptables -w -t nat -D OUTPUT -p tcp -m owner ! --uid-owner 1001 -j MQSNIFF
iptables -w -t nat -F MQSNIFF
iptables -w -t nat -X MQSNIFF
