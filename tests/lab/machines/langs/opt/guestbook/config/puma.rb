directory "/opt/guestbook"
environment "production"
bind "tcp://0.0.0.0:9393"
workers 2
threads 1, 3
pidfile "/opt/guestbook/tmp/puma.pid"
state_path "/opt/guestbook/tmp/puma.state"
stdout_redirect "/opt/guestbook/log/puma.log", "/opt/guestbook/log/puma.err.log", true
