vcl 4.1;
import std;

backend default {
    .host = "127.0.0.1";
    .port = "8080";
    .first_byte_timeout = 20s;
}

sub vcl_recv {
    if (req.url ~ "^/private") {
        return (synth(403, "Not for readers"));
    }
}

sub vcl_backend_response {
    set beresp.ttl = 2m;
}

sub vcl_deliver {
    set resp.http.X-Shelf = "lab";
    unset resp.http.Via;
}
