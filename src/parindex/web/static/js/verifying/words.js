// The verifier's words, Vietnamese first: a sentence for each code of a finding, and those of the page.
const FINDINGS = {
  archive: ["Tệp nén không được ghi đúng như quy cách", "The archive is not written as the specification says"],
  archive_short: ["Tệp nén bị cụt", "The archive ends too early"],
  archive_order: ["Thành phần đứng sai thứ tự trong tệp nén", "A member stands out of order in the archive"],
  absent: ["Thiếu", "Is absent"],
  strange_member: ["Thành phần không được có trong gói", "A member that must not be in the bundle"],
  digest: ["Nội dung không khớp mã băm trong bản kê", "The content is not that of the manifest's digest"],
  not_text: ["Không phải văn bản UTF-8", "Is no text in UTF-8"],
  not_nfc: ["Văn bản không ở dạng NFC", "The text is not in NFC"],
  not_json: ["Không phải JSON", "Is no JSON"],
  not_canonical: ["Không phải JSON chính tắc", "Is no canonical JSON"],
  json_number: ["Số phải được ghi bằng chữ, trong dấu nháy", "A number must be written as text"],
  not_a_text: ["Phải là văn bản", "Must be text"],
  empty: ["Không được để trống", "Must not be empty"],
  not_a_decimal: ["Phải là số thập phân", "Must be a decimal"],
  not_a_list: ["Phải là danh sách", "Must be a list"],
  not_a_mapping: ["Phải là nhóm khóa và giá trị", "Must be a mapping"],
  strange_key: ["Khóa không được có", "A key that must not be there"],
  value: ["Giá trị không được phép", "A value that may not be"],
  row: ["Dòng không đủ các ô bằng chữ", "The row has not all cells, each text"],
  order: ["Sai thứ tự", "Is out of order"],
  twice: ["Có hai lần", "Is there twice"],
  reference: ["Chỉ đến thứ không có", "Refers to what does not exist"],
  sum: ["Điểm tối đa không bằng tổng các mục", "The maximum is not the sum of the items"],
  fine_maximum: ["Điểm tối đa có nhiều chữ số thập phân hơn mức làm tròn", "The maximum is finer than the rounding"],
  source: ["Không hợp với nguồn của mục", "Does not suit the item's source"],
  strange_cell: ["Ô phải để trống", "The cell must be empty"],
  no_quantity: ["Dòng không có số liệu mà quy tắc cần", "The row lacks the quantity that the rule reads"],
  half_pair: ["Tử số và mẫu số phải đi cùng nhau", "Numerator and denominator must come together"],
  pair_and_value: ["Không được vừa có tử số, mẫu số vừa có giá trị", "Both a pair and a value"],
  none_due: ["Mẫu số bằng 0 mà mục không nói phải tính thế nào", "The denominator is 0 and the item does not say what that means"],
  not_hidden: ["Lý do phải được thay bằng mã băm trong gói công khai", "The reason must be replaced by a digest in a public bundle"],
  shown_and_withheld: ["Dòng vừa hiện vừa bị giữ lại", "The row is both shown and withheld"],
  final_withheld: ["Dòng bị giữ lại lẽ ra là dòng chung cuộc", "The withheld row would be the final one"],
  not_final: ["Dòng không phải chung cuộc mà hiện trong gói công khai", "A row that is not final is shown in a public bundle"],
  missing: ["Mục không có số liệu chung cuộc", "The item has no final quantity"],
  result: ["Con số công bố khác con số tính lại", "The published figure differs from the recomputed one"],
  result_line: ["Dòng công bố khác dòng tính lại", "The published line differs from the recomputed one"],
  result_form: ["Số đúng nhưng cách ghi khác quy cách", "The figures are right and are not written as specified"],
};

const PAGE = {
  downloading: ["Đang tải gói về máy…", "Downloading the bundle…"],
  archive: ["Đang đọc tệp nén…", "Reading the archive…"],
  digests: ["Đang tính mã băm của từng thành phần…", "Computing the digest of each member…"],
  reading: ["Đang đọc số liệu…", "Reading the data…"],
  values: ["Đang kiểm tra từng giá trị…", "Checking each value…"],
  computing: ["Đang tính lại {all} đơn vị…", "Recomputing {all} units…"],
  comparing: ["Đang so từng con số với kết quả công bố…", "Comparing each figure with the published results…"],
  good: ["Kết quả khớp: tính lại ra đúng từng con số", "The results are right: every figure comes out again"],
  bad: ["Gói không khớp", "The bundle does not verify"],
  first: ["Chỗ sai lệch đầu tiên", "The first difference"],
  others: ["{count} chỗ sai lệch nữa", "{count} more differences"],
  more: ["… và {count} chỗ nữa", "… and {count} more"],
  where: ["Ở đâu", "Where"],
  expected: ["Phải là", "Must be"],
  got: ["Đang là", "Is"],
  nothing: ["(trống)", "(empty)"],
  round: ["Kỳ đánh giá", "Round"],
  file: ["Tệp", "File"],
  units: ["Đơn vị", "Units"],
  items: ["Mục tính lại", "Items recomputed"],
  groups: ["Nhóm", "Groups"],
  digest: ["Mã băm của gói (SHA-256)", "Digest of the bundle (SHA-256)"],
  journal_head: ["Đầu nhật ký", "Head of the journal"],
  bundle_before: ["Gói trước", "The bundle before"],
  unchecked: ["Chưa kiểm tra", "Not checked"],
  signature: ["chữ ký của gói", "the signature of the bundle"],
  inputs: ["hồ sơ gốc mà số liệu được lấy từ đó", "the original files that the data were taken from"],
  compare: [
    "Hãy so mã băm này với mã in trên văn bản công bố: trùng nhau thì đây đúng là gói đã công bố.",
    "Compare this digest with the one printed on the published documents: if they are equal, this is the bundle that was published.",
  ],
  trouble: ["Chưa kiểm tra được", "The bundle could not be checked"],
  no_download: ["Không tải được gói ({why}). Hãy thử lại, hoặc chọn tệp đã tải về.", "The bundle could not be downloaded ({why}). Try again, or choose the file that you have."],
  no_reading: ["Không đọc được tệp ({why}). Hãy chọn lại tệp.", "The file could not be read ({why}). Choose it again."],
  broken: ["Trình duyệt dừng giữa chừng ({why}). Hãy thử trên máy khác, hoặc chạy verify.py trong gói.", "The browser stopped on the way ({why}). Try on another machine, or run verify.py from the bundle."],
};

const LANGUAGES = ["vi", "en"];

export const languageOf = (code) => (code?.startsWith("en") ? "en" : "vi");

export function say(key, language, values = {}) {
  const text = PAGE[key][LANGUAGES.indexOf(language)];
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

// What is wrong, by its code; some codes are words of the page too, and mean something else there.
export const sayCode = (code, language) => FINDINGS[code][LANGUAGES.indexOf(language)];

// A finding in a sentence.
export const sayFinding = ({ code, where }, language) => `${sayCode(code, language)}: ${where}`;
