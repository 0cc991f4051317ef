# The demo jail's init: serves one page about the jail that it runs in. Needs only perl-base. ./run turns it into one line,
# without comments, so that the command can be edited in a form.
use strict;
use warnings;
use Socket qw(:DEFAULT :addrinfo IPPROTO_IPV6 IPV6_V6ONLY IN6ADDR_ANY);

$| = 1;
$SIG{TERM} = $SIG{INT} = sub { exit 0 };    # process 1 gets only the signals that it handles
$SIG{PIPE} = 'IGNORE';

# Binds to every address; in a jail these are only the jail's addresses.
socket(my $v4, PF_INET, SOCK_STREAM, 0) or die "socket: $!\n";
setsockopt($v4, SOL_SOCKET, SO_REUSEADDR, 1);
bind($v4, pack_sockaddr_in(80, INADDR_ANY)) or die "bind 0.0.0.0:80: $!\n";
listen($v4, 64) or die "listen: $!\n";
my @listening = ($v4);
if (socket(my $v6, PF_INET6, SOCK_STREAM, 0)) {
    setsockopt($v6, SOL_SOCKET, SO_REUSEADDR, 1);
    setsockopt($v6, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    push @listening, $v6 if bind($v6, pack_sockaddr_in6(80, IN6ADDR_ANY)) && listen($v6, 64);
}
print "Serving on port 80 of every address of this jail\n";

sub first_line { open(my $file, '<', $_[0]) or return ''; return <$file> // '' }
sub text { my $text = shift; $text =~ s/&/&amp;/g; $text =~ s/</&lt;/g; return $text }

sub page {
    my ($address, $visitor) = @_;
    chomp(my $hostname = first_line('/proc/sys/kernel/hostname'));
    my ($inside, $outside, $width) = first_line('/proc/self/uid_map') =~ /(\d+)/g;
    opendir(my $proc, '/proc');
    my $processes = grep { /^\d+$/ } readdir $proc;
    open(my $devices, '<', '/proc/net/dev');
    my @links = map { /^\s*(\S+):/ ? $1 : () } <$devices>;
    open(my $status, '<', '/proc/self/status');
    my %status = map { /^(\w+):\s*(\S+)/ } <$status>;
    my @rows = (
        ['Hostname', $hostname, 'its own; the host has another'],
        ['Address', $address, 'this server is bound to every address there is'],
        ['User', "$<", 'root in here, and ' . ($outside + $<) . ' for the host'],
        ['Process', $$, $processes == 1 ? 'the only one it can see' : "one of the $processes it can see"],
        ['Network', join(', ', @links), 'all the links it has'],
        ['System calls', ($status{Seccomp} // q()) eq '2' ? 'filtered' : 'not filtered', 'by the policy of this jail'],
        ['You', $visitor, 'where this request came from'],
    );
    my $rows = join '', map { '<dt>' . text($$_[0]) . '</dt><dd><code>' . text($$_[1]) . '</code><span>' . text($$_[2]) . '</span></dd>' } @rows;
    my $title = text($hostname);
    return qq~<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title is running</title>
<style>
  :root { color-scheme: light dark;
    --ground: light-dark(oklch(0.972 0.004 220), oklch(0.172 0.012 225));
    --sheet: light-dark(oklch(1 0 0), oklch(0.208 0.014 225));
    --line: light-dark(oklch(0.9 0.008 220), oklch(0.29 0.016 225));
    --ink: light-dark(oklch(0.24 0.02 230), oklch(0.93 0.008 220));
    --quiet: light-dark(oklch(0.46 0.022 228), oklch(0.72 0.016 222));
    --good: light-dark(oklch(0.46 0.115 155), oklch(0.8 0.145 158)); }
  * { box-sizing: border-box; margin: 0; }
  body { min-height: 100dvh; display: grid; place-items: center; padding: 1.5rem; background: var(--ground);
    color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
  main { width: min(40rem, 100%); background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; }
  header { padding: 1.75rem 2rem 1.5rem; border-bottom: 1px solid var(--line); }
  p.state { display: flex; align-items: center; gap: .5rem; color: var(--good); font-weight: 600; font-size: .875rem; }
  p.state::before { content: ""; width: .6rem; height: .6rem; border-radius: 50%; background: currentColor; }
  h1 { font-size: 1.75rem; line-height: 1.2; letter-spacing: -.015em; margin: .35rem 0 .5rem; overflow-wrap: anywhere; }
  header p:last-child { color: var(--quiet); }
  dl { display: grid; grid-template-columns: max-content 1fr; padding: .5rem 2rem; }
  dt, dd { padding: .6rem 0; border-bottom: 1px solid var(--line); }
  dt { color: var(--quiet); padding-right: 2rem; }
  dd { display: flex; flex-wrap: wrap; gap: 0 .75rem; align-items: baseline; justify-content: space-between; }
  dl > :nth-last-child(-n+2) { border-bottom: 0; }
  code { font: .925rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
  dd span { color: var(--quiet); font-size: .875rem; }
</style>
<main>
  <header>
    <p class="state">Running</p>
    <h1>$title</h1>
    <p>You are looking into a jail that Bailiwick keeps. Process 1 of it wrote this page.</p>
  </header>
  <dl>$rows</dl>
</main>
</html>~;
}

while (1) {
    my $ready = '';
    vec($ready, fileno($_), 1) = 1 for @listening;
    next if select($ready, undef, undef, undef) < 1;
    for my $socket (grep { vec($ready, fileno($_), 1) } @listening) {
        my $peer = accept(my $client, $socket) or next;
        setsockopt($client, SOL_SOCKET, SO_RCVTIMEO, pack('l!l!', 2, 0));    # one slow reader must not hold up the rest
        setsockopt($client, SOL_SOCKET, SO_SNDTIMEO, pack('l!l!', 2, 0));
        my $request = '';
        while ($request !~ /\r?\n\r?\n/ && length $request < 8192) {
            last unless sysread($client, $request, 8192 - length $request, length $request);
        }
        my $address = (getnameinfo(getsockname($client), NI_NUMERICHOST))[1];
        my $visitor = (getnameinfo($peer, NI_NUMERICHOST))[1];
        my $body = page($address, $visitor);
        my $answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: " . length($body)
            . "\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n";
        $answer .= $body unless $request =~ /^HEAD /;
        syswrite($client, $answer);
        shutdown($client, 1);
        close $client;
    }
}
