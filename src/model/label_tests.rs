//! What stands on labels, in QR codes and in what people copy.

use super::*;
use proptest::prelude::*;

const WANT: Mac = Mac([0x34, 0xa5, 0xe1, 0x00, 0x0b, 0x07]);

fn typed(text: &str) -> Result<TypedMac, MacError> {
    Mac::parse_typed(text)
}

#[test]
fn whatever_stands_around_one_address_it_is_read() {
    for text in [
        "MAC ID: 34A5E1000B07",
        "MAC No. 34A5E1000B07",
        "LAN MAC: 34A5E1000B07",
        "MAC-Adresse: 34:A5:E1:00:0B:07",
        "MAC-adress: 34:A5:E1:00:0B:07",
        "Adresse MAC : 34:A5:E1:00:0B:07",
        "MAC:34A5E1000B07;SN:12345678",
        "S/N 12345678 MAC 34A5E1000B07",
        "S/N: 123456789012 MAC ID: 34A5E1000B07",
        "MAC 34A5E1000B07 S/N 123456789012",
        "SN:00AABBCCDDEE;MAC:34A5E1000B07",
        "{\"mac\":\"34A5E1000B07\",\"sn\":\"12345678\"}",
        "{\"sn\":\"123456789012\",\"mac\":\"34A5E1000B07\"}",
        "https://example.com/d?sn=123456789012&mac=34%3AA5%3AE1%3A00%3A0B%3A07",
        "https://example.com/device/34A5E1000B07/start",
        "WIFI:T:nopass;MAC|34A5E1000B07|SN|123456789012|",
        "0x34a5e1000b07",
        "*34A5E1000B07*",
        "MAC34A5E1000B07",
        "34:A5:E1:00:0B:07,",
        "34:A5:E1:00:0B:07 (GW 2)",
        "Gateway 2: 34 A5 E1 00 0B 07 (room 12)",
        "34\u{2212}A5\u{2212}E1\u{2212}00\u{2212}0B\u{2212}07",
        "34\u{ff1a}A5\u{ff1a}E1\u{ff1a}00\u{ff1a}0B\u{ff1a}07",
        "\u{ff13}\u{ff14}:A5:E1:00:0B:07",
        "\u{200e}34:A5:E1:00:0B:07",
        "34:A5:E1:00:\u{200b}0B:07\u{200b}",
        "34\u{b7}A5\u{b7}E1\u{b7}00\u{b7}0B\u{b7}07",
        "34/A5/E1/00/0B/07",
        "34 : A5 : E1 : 00 : 0B : 07",
        "34:A5:E1:\n00:0B:07",
        "\u{201c}34a5.e100.0b07\u{201d}",
        "34a5e1-000b07",
        "34A5E1 00 0B 07",
        "34A5E1000B07 34:A5:E1:00:0B:07",
    ] {
        assert_eq!(typed(text), Ok(WANT.into()), "{text}");
    }
}

#[test]
fn a_hardware_type_is_left_out_and_told() {
    for text in [
        "0134.a5e1.000b.07",
        "1,34:a5:e1:0:b:7",
        "01:34:a5:e1:00:0b:07",
        "01-34-A5-E1-00-0B-07",
        "0134a5e1000b07",
        "1:34:a5:e1:0:b:7",
        "Client ID: 01 34 A5 E1 00 0B 07",
    ] {
        let read = typed(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        assert_eq!((read.mac, read.hardware_type, read.repairs().len()), (WANT, true, 1), "{text}");
    }
}

#[test]
fn repaired_letters_are_told_each_once() {
    let read = typed("34:AS:EI:OO:OB:O7").unwrap();
    assert_eq!(read.mac.to_string(), "34:a5:e1:00:0b:07");
    assert_eq!(read.repairs(), ["S read as 5", "I read as 1", "O read as 0"]);
    assert_eq!(typed("MAC ID: 34ASEIOOOBO7").unwrap().mac, WANT);
    let keyboard = typed("34:\u{410}5:\u{415}1:00:0\u{412}:07").unwrap();
    assert_eq!((keyboard.mac, keyboard.repaired.len()), (WANT, 3));
    assert_eq!(typed("34:A5:E|:00:0B:07").unwrap().repaired, [('|', '1')]);
    // what is whole needs no repair elsewhere
    assert_eq!(typed("GOLDBOSSISOO 34A5E1000B07"), Ok(WANT.into()));
}

#[test]
fn what_may_be_another_number_is_refused() {
    assert!(matches!(typed("34A5E1000B07 34A5E1000B08"), Err(MacError::Several(a, _)) if a == WANT));
    let two = typed("LAN MAC 34:A5:E1:00:0B:07, WLAN MAC 34:A5:E1:00:0B:08").unwrap_err().to_string();
    assert!(two.contains("34:a5:e1:00:0b:07") && two.contains("34:a5:e1:00:0b:08"), "{two}");
    assert!(matches!(typed("34A5E1000B07 123456789012"), Err(MacError::Several(..))));
    assert!(matches!(typed("S/N 123456789012"), Err(MacError::OtherNumber(_))));
    assert!(matches!(typed("Serial: 34A5E1000B07"), Err(MacError::OtherNumber(_))));
    for text in [
        "550e8400-e29b-41d4-a716-446655440000",
        "34:a5:e1:ff:fe:00:0b:07",
        "34a5e1fffe000b07",
        "99:34:a5:e1:00:0b:07",
        "34:a5:e1:00:0b:07:99",
        "02:34:a5:e1:00:0b:07",
        "fe80::36a5:e1ff:fe00:b07",
        "fe80:0000:0000:0000:36a5:e1ff:fe00:0b07",
        "12345678 34A5",
        "34A5E 1000B07",
        "12345678",
        "MAC ID:",
        "GOLDBOSSISOO",
        "2026-11-28 05:05:29",
        "192.168.1.77",
    ] {
        assert!(typed(text).is_err(), "{text}: {:?}", typed(text));
    }
    assert_eq!(typed("34A5E 1000B07"), Err(MacError::OddGroups));
    assert!(matches!(typed("MAC: ff:ff:ff:ff:ff:ff"), Err(MacError::NotADevice(_))));
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        if let Ok(read) = typed(&text) {
            prop_assert!(read.mac.is_device());
        }
    }

    #[test]
    fn every_notation_of_every_address_is_read_among_words(
        bytes in any::<[u8; 6]>(), lead in "(MAC|MAC ID:|LAN MAC:|mac=|S/N 4711 MAC:|)", tail in "(|;SN:4711| \\(GW 2\\)|,)",
    ) {
        let mac = Mac([bytes[0] & !1, bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]]);
        prop_assume!(mac.is_device());
        for written in [mac.bare(), mac.dotted(), mac.pairs(":", true), mac.pairs("-", false), mac.pairs(" ", true)] {
            let text = format!("{lead} {written}{tail}");
            prop_assert_eq!(typed(&text), Ok(mac.into()), "{}", text);
        }
    }
}

#[test]
fn what_stands_around_one_address_is_no_part_of_it() {
    for text in [
        "MAC ID: 34A5E1000B07",
        "MAC No. 34A5E1000B07",
        "MAC-Adresse: 34:A5:E1:00:0B:07",
        "Adresse MAC : 34:A5:E1:00:0B:07",
        "S/N 12345678 MAC 34A5E1000B07",
        "MAC34A5E1000B07",
        "LANMAC=34A5E1000B07",
        "ADD:34A5E1000B07",
        "MAC/SN: 34A5E1000B07",
        "34A5E1000B07 (MAC) 123456789012 (S/N)",
        "MAC:34A5E1000B07;SN:123",
        "SN:34A5E1000B08;MAC:34A5E1000B07",
        "MAC: 34A5E1000B07, SN34A5E1000B08",
        "Serial number: 34A5E1000B08, MAC address: 34:A5:E1:00:0B:07",
        "MAC 34A5E1000B07 123456789012",
        "{\"mac\":\"34A5E1000B07\",\"sn\":\"345678123456\"}",
        "https://a.de/qr?mac=34%3AA5%3AE1%3A00%3A0B%3A07&sn=12",
        "https://sensorist.example/d/34A5E1000B07?k=1",
        "WIFI:S:box;T:WPA;P:abcdef123456;; MAC:34A5E1000B07",
        "0x34a5e1000b07",
        "0x34 0xa5 0xe1 0x00 0x0b 0x07",
        "*34A5E1000B07* 34:A5:E1:00:0B:07",
        "\u{201c}34:A5:E1:00:0B:07\u{201d}",
        "3\u{200b}4:A5:E1\u{202c}:00:0B:07\u{feff}",
        "34\u{2212}A5\u{2212}E1\u{2212}00\u{2212}0B\u{2212}07",
        "\u{ff13}\u{ff14}\u{ff21}\u{ff15}\u{ff25}\u{ff11}\u{ff10}\u{ff10}\u{ff10}\u{ff22}\u{ff10}\u{ff17}",
        "34/A5/E1/00/0B/07",
        "34 : A5 : E1 : 00 : 0B : 07",
        "34A5E1 000B07",
        "34A5 E100 0B07",
        "34:A5:E1 00:0B:07",
        "GW 2: 34:A5:E1:00:0B:07",
        "GW 1: 34:A5:E1:00:0B:07",
        "1 34:A5:E1:00:0B:07",
        "2 34:A5:E1:00:0B:07 192.168.100.200",
        "lo:34:A5:E1:00:0B:07",
        "eth0|34A5E1000B07|up",
        "ff:ff:ff:ff:ff:ff > 34:a5:e1:00:0b:07",
        "550e8400-e29b-41d4-a716-446655440000 34:a5:e1:00:0b:07",
        "fe80::36a5:e1ff:fe00:b07 34:a5:e1:00:0b:07",
        "BS0123456789 34:a5:e1:00:0b:07",
    ] {
        assert_eq!(typed(text), Ok(WANT.into()), "{text}");
    }
    assert!(typed("01-34A5E1000B07").is_ok_and(|t| t.mac == WANT && t.hardware_type));
    for text in ["(MAC) 34A5E1000B07", "34A5E1000B07 (MAC) 34A5E1000B08 (S/N)", "Gateway (MAC) 34A5E1000B07"]
    {
        assert_eq!(typed(text), Ok(WANT.into()), "{text}");
    }
}

#[test]
fn of_two_addresses_none_is_chosen() {
    for text in [
        "34:A5:E1:00:0B:07 34:A5:E1:00:0B:08",
        "34A5E1000B07,34A5E1000B08",
        "34A5E1000B07/34A5E1000B08",
        "34A5E1000B07-34A5E1000B08",
        "LAN MAC: 34A5E1000B07 WLAN MAC: 34A5E1000B08",
        "{\"lan\":\"34A5E1000B07\",\"wlan\":\"34A5E1000B08\"}",
        "MAC: 34A5E1000B07 34A5E1000B08",
        "34:A5:E1:00:0B:07 34:A5:E1:00:OB:08",
        "34a5.e100.0b08 34-A5-E1-00-0B-07",
    ] {
        assert!(matches!(typed(text), Err(MacError::Several(..))), "{text}: {:?}", typed(text));
    }
}

#[test]
fn what_is_called_something_else_is_no_address() {
    for text in [
        "S/N 34A5E1000B07",
        "SN:34A5E1000B07",
        "SN34A5E1000B07",
        "Serial No. 34A5E1000B07",
        "Seriennummer: 34A5E1000B07",
        "34A5E1000B07 (S/N)",
        "P/N 34A5E1000B07",
        "IMEI: 34A5E1000B07",
        "MAC: - SN: 34A5E1000B07",
    ] {
        assert!(matches!(typed(text), Err(MacError::OtherNumber(..))), "{text}: {:?}", typed(text));
    }
    for text in [
        "06:34:a5:e1:00:0b:07",
        "0634a5e1000b07",
        "GLOBALOFFICE",
        "OIlSZGOIlSZG",
        "ZOlSZ6OIlSZ6",
        "2001:db8:0:1:2:3:4:5",
        "12345678 0A1B",
    ] {
        assert!(typed(text).is_err(), "{text}: {:?}", typed(text));
    }
}
