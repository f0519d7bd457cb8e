//! Pages of `hold.*` and `path.*`: it connects but does not last.

use super::{Page, hides};
use crate::model::{Level, Owner};

pub(super) static IDLE_TIMEOUT: Page = Page {
    title: "Quiet connections are cut after a fixed time.",
    meaning: "The gateway keeps one connection open for ever and is quiet for long stretches. \
              Something on the way forgets quiet connections sooner than the gateway's keep-alive comes.",
    told_apart: "Connections of different age were left quiet, and all died in the same span of time; or the gateway \
                 lost its connection again and again, each time at the same age. With \
                 hold.state-flushed they die at one moment whatever their age; with hold.cloud-closes the cloud ends \
                 them properly, on another network too.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Set the idle timeout for TCP 443 and 4321 from the gateway's IP address to at least 7440 s (RFC 5382), \
                with a reset when a session is aged out.",
    proof: "The idle check passes the old limit, and the gateway stays solid green for a day.",
    not_tested: "The gateway's own keep-alive period, which is not published.",
    hides: hides::WAY_IS_CLEAR,
};

pub(super) static STATE_FLUSHED: Page = Page {
    title: "All connections were dropped at the same moment, whatever their age.",
    meaning: "Something on the way dropped its open connections all at once and told nobody. \
              A failover, a new rule set or a changed public address does this.",
    told_apart: "Old and young connections died together, or those of several gateways did. With hold.idle-timeout each dies at the same age; with \
                 internet.down nothing can be opened afterwards; with gateway.restarting the gateway begins anew.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Look in the firewall's log at the time given in the evidence for a failover, policy change or line \
                switch, and keep sessions across it.",
    proof: "The connections of a watch over a day survive the next such event.",
    not_tested: "Which device on the way dropped them.",
    hides: hides::WAY_IS_CLEAR,
};

pub(super) static CLOUD_CLOSES: Page = Page {
    title: "The cloud itself ends quiet connections.",
    meaning: "The connection is closed properly from the far end after a time of silence. \
              The gateway should open a new one by itself.",
    told_apart: "The same end at the same age was measured over a second network. With hold.idle-timeout the second \
                 network keeps the connection.",
    owner: Owner::Vendor,
    level: Level::Fault,
    next_step: "Say after how long the cloud closes a quiet connection, and whether the gateway's keep-alive comes \
                sooner.",
    proof: "The gateway stays solid green for a day.",
    not_tested: "The gateway's own connection: this check is quiet, the gateway sends its keep-alive.",
    hides: hides::WAY_IS_CLEAR,
};

pub(super) static MTU_BLACK_HOLE: Page = Page {
    title: "Large packets vanish on the way.",
    meaning: "A connection opens, and stalls as soon as a full-size packet is sent. \
              A tunnel or a DSL line that takes smaller packets does this when nobody is told.",
    told_apart: "Small packets pass and full-size ones get no answer, again and again. With path.lossy packets of \
                 every size are lost; with cloud.app-control the cut comes as a reset.",
    owner: Owner::It,
    level: Level::Fault,
    next_step: "Clamp the TCP segment size (MSS) on the router to what the internet line carries.",
    proof: "A new check passes a full-size segment.",
    not_tested: "How large the gateway's own packets are.",
    hides: hides::WAY_IS_CLEAR,
};

pub(super) static LOSSY: Page = Page {
    title: "Many packets are lost on the way.",
    meaning: "Single packets get lost again and again. \
              The gateway's connection may survive this, or break now and then.",
    told_apart: "Repeated attempts fail at random, towards every address; or one gateway loses its connection at no fixed \
                 time. With hold.idle-timeout the time is fixed; with path.mtu-black-hole only large packets \
                 fail; with cloud.rate-limited failures follow the number of attempts; with ip.conflict two devices \
                 share an address.",
    owner: Owner::It,
    level: Level::Warning,
    next_step: "Read the error counters of the gateway's switch port and of the uplink, with speed and duplex on \
                automatic.",
    proof: "A new check loses no packet, and the counters stay still.",
    not_tested: "On which stretch the packets are lost; powerline or wireless bridges in the path cause it too.",
    hides: hides::LOSSY,
};

pub(super) static SLOW: Page = Page {
    title: "The way to the cloud is very slow.",
    meaning: "Answers come, but late. \
              The gateway sends little and may live with it; connecting takes longer.",
    told_apart: "Nothing is lost, only late. With path.lossy packets are missing; with dns.first-server-dead only \
                 names are late.",
    owner: Owner::It,
    level: Level::Warning,
    next_step: "Look at the load of the internet line at the time given in the evidence.",
    proof: "A new check opens the cloud's ports in under a second.",
    not_tested: "How long the gateway waits before it gives up.",
    hides: hides::NOTHING,
};
