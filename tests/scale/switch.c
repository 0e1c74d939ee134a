/*
 * An Ethernet switch and its cables, simulated: makes a TAP device for each port, port1, port2 ..., whose links have a
 * rate, a delay and a share of lost frames. hosts.sh moves each device into the network namespace of a host. Needs no
 * queueing discipline of the kernel, and so runs where netem is missing.
 *
 * usage: switch PORTS MBITS MICROSECONDS PERCENT SEED
 *
 * A frame occupies the sender's link and the receiver's, each at the rate; the delay is that of one direction. With
 * loss 0 the devices pass segments of up to 64 KB, as network cards do, which spares most of the work. SIGTERM ends the
 * switch, which then prints what it did.
 *
 * The device of port N has the address 02:00:00:00:00:N; the switch looks at its last byte.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MAX_PORTS 16
#define MAX_FRAME (65536 + 64)    /* bytes, with the header of virtio */
#define QUEUE_FRAMES 4096         /* of a port: a power of two */
#define QUEUE_BYTES (1024 * 1024) /* of a port, besides what the delay holds: the buffer of a small switch */
#define READS_AT_ONCE 64          /* of a port, before frames that are due are sent */
#define FRAME_GAP 24              /* bytes on the wire: preamble, checksum and gap */
#define SEGMENT_HEADERS 66        /* bytes: Ethernet, IP, TCP with a timestamp */
#define SECOND 1000000000         /* ns */
#define WAKES_EARLY 30000         /* ns: it waits actively for the rest, since timers are late by this much */

typedef struct frame {
    int64_t due; /* ns */
    size_t size;
    uint8_t bytes[];
} frame;

typedef struct port {
    int device;
    int64_t sends_until, receives_until; /* ns: when the two directions of its link are free */
    frame *queue[QUEUE_FRAMES];          /* of frames to this port, in the order in which they are due */
    size_t first, count, bytes;
} port;

static struct {
    port ports[MAX_PORTS];
    size_t count;
    double ns_per_byte, loss; /* a share */
    int64_t delay;            /* ns */
    size_t queue_bytes;
    uint64_t random;
    uint64_t frames, lost, dropped, late; /* late: ns, the sum over all frames that were sent */
} net;

static volatile sig_atomic_t ends;

static void end(int signal)
{
    (void)signal;
    ends = 1;
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec;
}

static void fail(const char *what)
{
    fprintf(stderr, "switch: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* ---- Frames ------------------------------------------------------------------------------------------------------ */

/* From 0 to 1: splitmix64. */
static double draw(void)
{
    uint64_t z = net.random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

/* The bytes that a frame occupies on the wire; the segments of a large one have headers of their own. */
static double wire_bytes(const uint8_t *bytes, size_t size)
{
    struct virtio_net_hdr header;
    memcpy(&header, bytes, sizeof header);
    const size_t frame_bytes = size - sizeof header;
    if (header.gso_type == VIRTIO_NET_HDR_GSO_NONE || header.gso_size == 0 || frame_bytes <= SEGMENT_HEADERS)
        return (double)(frame_bytes + FRAME_GAP);
    const size_t payload = frame_bytes - SEGMENT_HEADERS;
    const size_t segments = (payload + header.gso_size - 1) / header.gso_size;
    return (double)(payload + segments * (SEGMENT_HEADERS + FRAME_GAP));
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Queues a frame for a port, unless it is lost or the queue is full. */
static void forward(port *to, const uint8_t *bytes, size_t size, int64_t sent)
{
    const int64_t duration = (int64_t)(wire_bytes(bytes, size) * net.ns_per_byte);
    net.frames++;
    if (net.loss > 0 && draw() < net.loss) {
        net.lost++;
        return;
    }
    frame *f = to->count < QUEUE_FRAMES && to->bytes + size <= net.queue_bytes ? malloc(sizeof *f + size) : NULL;
    if (!f) {
        net.dropped++;
        return;
    }
    to->receives_until = later(sent, to->receives_until + duration);
    f->due = to->receives_until + net.delay;
    f->size = size;
    memcpy(f->bytes, bytes, size);
    to->queue[(to->first + to->count++) % QUEUE_FRAMES] = f;
    to->bytes += size;
}

/* To the port of the address, or to all others. */
static void switch_frame(port *from, const uint8_t *bytes, size_t size)
{
    const uint8_t *address = bytes + sizeof(struct virtio_net_hdr);
    const bool everybody = address[0] & 1;
    const int64_t duration = (int64_t)(wire_bytes(bytes, size) * net.ns_per_byte);
    from->sends_until = later(now(), from->sends_until) + duration;
    for (size_t i = 0; i < net.count; i++)
        if (&net.ports[i] != from && (everybody || address[5] == i + 1))
            forward(&net.ports[i], bytes, size, from->sends_until);
}

static void receive(port *from)
{
    static uint8_t bytes[MAX_FRAME];
    for (int i = 0; i < READS_AT_ONCE; i++) {
        const ssize_t size = read(from->device, bytes, sizeof bytes);
        if (size < 0 && (errno == EAGAIN || errno == EINTR || errno == EIO))
            return;
        if (size < 0)
            fail("reading a device");
        if ((size_t)size >= sizeof(struct virtio_net_hdr) + 14)
            switch_frame(from, bytes, (size_t)size);
    }
}

/* Sends what is due. A device that is down refuses frames: they are lost. */
static void deliver(port *to)
{
    for (int64_t t = now(); to->count > 0 && to->queue[to->first]->due <= t;) {
        frame *f = to->queue[to->first];
        net.late += (uint64_t)(t - f->due);
        if (write(to->device, f->bytes, f->size) < 0)
            net.lost++;
        to->first = (to->first + 1) % QUEUE_FRAMES;
        to->count--;
        to->bytes -= f->size;
        free(f);
    }
}

/* ---- The switch -------------------------------------------------------------------------------------------------- */

static void open_port(port *p, size_t number)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
    snprintf(request.ifr_name, sizeof request.ifr_name, "port%hhu", (unsigned char)number);
    p->device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (p->device < 0 || ioctl(p->device, TUNSETIFF, &request) < 0)
        fail("/dev/net/tun");
    const unsigned long offload = net.loss > 0 ? TUN_F_CSUM : TUN_F_CSUM | TUN_F_TSO4;
    if (ioctl(p->device, TUNSETOFFLOAD, offload) < 0)
        fail("the offload of a device");
}

/* The time until a frame is due; NULL if there is none. */
static struct timespec *time_left(struct timespec *left)
{
    int64_t due = INT64_MAX;
    for (size_t i = 0; i < net.count; i++)
        if (net.ports[i].count > 0 && net.ports[i].queue[net.ports[i].first]->due < due)
            due = net.ports[i].queue[net.ports[i].first]->due;
    if (due == INT64_MAX)
        return NULL;
    const int64_t ns = later(due - now() - WAKES_EARLY, 0);
    *left = (struct timespec){.tv_sec = ns / SECOND, .tv_nsec = ns % SECOND};
    return left;
}

static void run(const sigset_t *while_waiting)
{
    struct pollfd devices[MAX_PORTS];
    struct timespec left;
    for (size_t i = 0; i < net.count; i++)
        devices[i] = (struct pollfd){.fd = net.ports[i].device, .events = POLLIN};
    while (!ends) {
        if (ppoll(devices, net.count, time_left(&left), while_waiting) < 0 && errno != EINTR)
            fail("ppoll");
        for (size_t i = 0; i < net.count && !ends; i++) {
            if (devices[i].revents & POLLIN)
                receive(&net.ports[i]);
            deliver(&net.ports[i]);
        }
    }
}

/* Wakes it at the time that it asks for, also on a busy machine, if it may. */
static void be_punctual(void)
{
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){.sched_priority = 1});
}

static sigset_t end_by_signal(void)
{
    sigset_t blocked, while_waiting;
    struct sigaction action = {.sa_handler = end};
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &while_waiting);
    sigaction(SIGTERM, &action, NULL);
    return while_waiting;
}

static void print_statistics(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    const double cpu = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                       (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
    const uint64_t sent = net.frames - net.lost - net.dropped;
    printf("frames %llu, lost %llu, dropped by full queues %llu, mean lateness %.0f us, CPU %.2f s\n",
           (unsigned long long)net.frames, (unsigned long long)net.lost, (unsigned long long)net.dropped,
           sent > 0 ? (double)net.late / 1000 / (double)sent : 0.0, cpu);
}

int main(int argc, char *argv[])
{
    if (argc != 6 || atoi(argv[1]) < 1 || atoi(argv[1]) > MAX_PORTS || atof(argv[2]) <= 0) {
        fprintf(stderr, "usage: switch PORTS MBITS MICROSECONDS PERCENT SEED, up to %d ports\n", MAX_PORTS);
        return 2;
    }
    net.count = (size_t)atoi(argv[1]);
    net.ns_per_byte = 8000 / atof(argv[2]);
    net.delay = (int64_t)(atof(argv[3]) * 1000);
    net.loss = atof(argv[4]) / 100;
    net.random = strtoull(argv[5], NULL, 10);
    net.queue_bytes = QUEUE_BYTES + (size_t)((double)net.delay / net.ns_per_byte);

    const sigset_t while_waiting = end_by_signal();
    for (size_t i = 0; i < net.count; i++)
        open_port(&net.ports[i], i + 1);
    be_punctual();
    puts("ready");
    fflush(stdout);
    run(&while_waiting);
    print_statistics();
    return 0;
}
