# setup
iptables -w -t nat -N MQSNIFF
iptables -w -t nat -A MQSNIFF -p tcp --dport 9876 -j REDIRECT --to-ports 7777
iptables -w -t nat -A MQSNIFF -p tcp -d 10.0.0.0/8 --dport 10911 -j REDIRECT --to-ports 7777
iptables -w -t nat -I OUTPUT -p tcp -m mark ! --mark 0x4d51 -j MQSNIFF
iptables -w -t nat -I PREROUTING -p tcp -j MQSNIFF
ip6tables -w -t nat -N MQSNIFF
ip6tables -w -t nat -A MQSNIFF -p tcp --dport 9876 -j REDIRECT --to-ports 7777
ip6tables -w -t nat -A MQSNIFF -p tcp -d 2001:db8::1/128 --dport 10911 -j REDIRECT --to-ports 7777
ip6tables -w -t nat -I OUTPUT -p tcp -m mark ! --mark 0x4d51 -j MQSNIFF
ip6tables -w -t nat -I PREROUTING -p tcp -j MQSNIFF
# teardown
iptables -w -t nat -D OUTPUT -p tcp -m mark ! --mark 0x4d51 -j MQSNIFF
iptables -w -t nat -D PREROUTING -p tcp -j MQSNIFF
iptables -w -t nat -F MQSNIFF
iptables -w -t nat -X MQSNIFF
ip6tables -w -t nat -D OUTPUT -p tcp -m mark ! --mark 0x4d51 -j MQSNIFF
ip6tables -w -t nat -D PREROUTING -p tcp -j MQSNIFF
ip6tables -w -t nat -F MQSNIFF
ip6tables -w -t nat -X MQSNIFF
