//! Sockets on Linux: SO_BINDTODEVICE (without rights since 5.7), IP_RECVERR, and the error queue.

use super::super::netlink;
use super::Icmp;
use crate::model::host::Interface;
use socket2::Socket;
use std::io;
use std::mem::{size_of, zeroed};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4};
use std::os::fd::AsRawFd;
use std::ptr;

/// The error queue tells type, code and sender of an ICMP error.
pub(super) const TELLS_ICMP: bool = true;

pub(super) fn tie(socket: &Socket, interface: &Interface, v4: bool) -> io::Result<()> {
    match socket.bind_device(Some(interface.name.as_bytes())) {
        // a kernel before 5.7 wants rights: the source address is the next best
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => match interface.address() {
            Some(own) if v4 => socket.bind(&SocketAddr::from((own.ip, 0)).into()),
            _ => Err(e),
        },
        other => other,
    }
}

pub(super) fn hear_errors(socket: &Socket) -> io::Result<()> {
    let (level, option) = if is_v6(socket) {
        (libc::IPPROTO_IPV6, libc::IPV6_RECVERR)
    } else {
        (libc::IPPROTO_IP, libc::IP_RECVERR)
    };
    let on: libc::c_int = 1;
    // SAFETY: the descriptor is open while `socket` is borrowed; the option is a c_int that lives over the call.
    let done = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            option,
            ptr::from_ref(&on).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn is_v6(socket: &Socket) -> bool {
    socket.local_addr().is_ok_and(|a| a.is_ipv6())
}

/// Control messages need the alignment of their header.
#[repr(C, align(8))]
struct Control([u8; 512]);

pub(super) fn icmp_error(socket: &Socket) -> Option<Icmp> {
    let mut control = Control([0; 512]);
    let mut byte = [0_u8; 64];
    let mut iov = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: byte.len() };
    // SAFETY: msghdr is plain data, for which all zeros is a valid value.
    let mut message: libc::msghdr = unsafe { zeroed() };
    message.msg_iov = &raw mut iov;
    message.msg_iovlen = 1;
    message.msg_control = control.0.as_mut_ptr().cast();
    message.msg_controllen = control.0.len();
    // SAFETY: the descriptor is open; every pointer in `message` points to a buffer that outlives the call and has
    // the length that stands beside it.
    let got = unsafe {
        libc::recvmsg(socket.as_raw_fd(), &raw mut message, libc::MSG_ERRQUEUE | libc::MSG_DONTWAIT)
    };
    if got < 0 {
        return None;
    }
    // SAFETY: `message` was filled in by the kernel; CMSG_FIRSTHDR reads only its control buffer.
    let mut header = unsafe { libc::CMSG_FIRSTHDR(&raw const message) };
    while !header.is_null() {
        // SAFETY: `header` points into `control`, aligned, and the kernel wrote a whole header there.
        let (level, kind, len) =
            unsafe { ((*header).cmsg_level, (*header).cmsg_type, (*header).cmsg_len as usize) };
        let is_error = matches!(
            (level, kind),
            (libc::IPPROTO_IP, libc::IP_RECVERR) | (libc::IPPROTO_IPV6, libc::IPV6_RECVERR)
        );
        // SAFETY: CMSG_LEN only computes a length.
        let needed = unsafe { libc::CMSG_LEN(size_of::<libc::sock_extended_err>() as u32) } as usize;
        if is_error && len >= needed {
            // SAFETY: the data of this message is a sock_extended_err of at least that length, checked above;
            // read_unaligned asks for no alignment.
            let error: libc::sock_extended_err =
                unsafe { ptr::read_unaligned(libc::CMSG_DATA(header).cast()) };
            if matches!(error.ee_origin, libc::SO_EE_ORIGIN_ICMP | libc::SO_EE_ORIGIN_ICMP6) {
                return Some(Icmp {
                    v6: error.ee_origin == libc::SO_EE_ORIGIN_ICMP6,
                    kind: error.ee_type,
                    code: error.ee_code,
                    offender: offender(header, len - needed),
                });
            }
        }
        // SAFETY: both point to the message that the kernel filled in; CMSG_NXTHDR stays inside the control buffer.
        header = unsafe { libc::CMSG_NXTHDR(&raw const message, header) };
    }
    None
}

/// The sender's address stands behind the error, if `room` bytes are enough for one.
fn offender(header: *mut libc::cmsghdr, room: usize) -> Option<IpAddr> {
    // SAFETY: the caller found a whole sock_extended_err in this message, so the address of what follows is inside
    // or one past the control buffer; it is only read when `room` covers it.
    let at = unsafe { libc::CMSG_DATA(header).add(size_of::<libc::sock_extended_err>()) };
    if room < size_of::<libc::sa_family_t>() {
        return None;
    }
    // SAFETY: at least the family is there.
    let family: libc::sa_family_t = unsafe { ptr::read_unaligned(at.cast()) };
    match libc::c_int::from(family) {
        libc::AF_INET if room >= size_of::<libc::sockaddr_in>() => {
            // SAFETY: the length was checked.
            let a: libc::sockaddr_in = unsafe { ptr::read_unaligned(at.cast()) };
            Some(Ipv4Addr::from(u32::from_be(a.sin_addr.s_addr)).into())
        }
        libc::AF_INET6 if room >= size_of::<libc::sockaddr_in6>() => {
            // SAFETY: the length was checked.
            let a: libc::sockaddr_in6 = unsafe { ptr::read_unaligned(at.cast()) };
            Some(Ipv6Addr::from(a.sin6_addr.s6_addr).into())
        }
        _ => None,
    }
}

/// Sends one datagram out of this interface without tying the socket to it: a socket that is tied takes unicast answers
/// away from this computer's own DHCP client (measured with udhcpc and dhclient).
pub(super) fn send_out_of(socket: &Socket, index: u32, bytes: &[u8], to: SocketAddrV4) -> io::Result<usize> {
    let mut control = Control([0; 512]);
    // SAFETY: sockaddr_in, msghdr and in_pktinfo are plain data, for which all zeros is a valid value.
    let (mut name, mut message, mut out) =
        unsafe { (zeroed::<libc::sockaddr_in>(), zeroed::<libc::msghdr>(), zeroed::<libc::in_pktinfo>()) };
    name.sin_family = libc::AF_INET as libc::sa_family_t;
    name.sin_port = to.port().to_be();
    name.sin_addr.s_addr = u32::from(*to.ip()).to_be();
    out.ipi_ifindex = index.try_into().map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let mut iov = libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    message.msg_name = (&raw mut name).cast();
    message.msg_namelen = size_of::<libc::sockaddr_in>() as libc::socklen_t;
    message.msg_iov = &raw mut iov;
    message.msg_iovlen = 1;
    message.msg_control = control.0.as_mut_ptr().cast();
    // SAFETY: CMSG_SPACE and CMSG_LEN only compute lengths.
    let (space, length) = unsafe {
        (
            libc::CMSG_SPACE(size_of::<libc::in_pktinfo>() as u32),
            libc::CMSG_LEN(size_of::<libc::in_pktinfo>() as u32),
        )
    };
    message.msg_controllen = space as _;
    // SAFETY: the control buffer is zeroed, aligned and larger than `space`, so the first header lies in it.
    let header = unsafe { libc::CMSG_FIRSTHDR(&raw const message) };
    if header.is_null() {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    // SAFETY: `header` points into `control`, which has room for a header and an in_pktinfo (`space`).
    unsafe {
        (*header).cmsg_level = libc::IPPROTO_IP;
        (*header).cmsg_type = libc::IP_PKTINFO;
        (*header).cmsg_len = length as _;
        ptr::write_unaligned(libc::CMSG_DATA(header).cast(), out);
    }
    // SAFETY: every pointer in `message` points to data that outlives the call, with the length that stands beside it;
    // the kernel only reads `bytes`.
    let sent = unsafe { libc::sendmsg(socket.as_raw_fd(), &raw const message, 0) };
    usize::try_from(sent).map_err(|_| io::Error::last_os_error())
}

pub(super) fn unacknowledged(socket: &Socket) -> Option<usize> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: the descriptor is open while `socket` is borrowed; SIOCOUTQ (the number of TIOCOUTQ) writes one c_int.
    let done = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    if done == 0 { usize::try_from(bytes).ok() } else { None }
}

pub(super) fn has_route(interface: &Interface, target: IpAddr) -> bool {
    let IpAddr::V4(target) = target else { return true };
    match netlink::routes() {
        Ok(routes) => routes.iter().any(|r| {
            // a route whose interface is not told (a next-hop object) may be this one's
            r.interface.is_none_or(|i| i == interface.index) && r.covers(target)
        }),
        Err(_) => true,
    }
}
