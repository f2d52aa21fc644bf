"""A stand-in for `vitis-run`: reads the project as the real tool would, leaves reports of the same form.

The reports follow the documented layout of Vitis HLS 2023.2 (csynth.xml) and Vivado (report_utilization).
"""

SCRIPT = r"""#!/usr/bin/env python3
import pathlib, re, sys

if "FAIL" in pathlib.Path(__file__).name or pathlib.Path("fail").exists():
    print("ERROR: [HLS 200-70] Pre-synthesis failed.")
    sys.exit(1)
tcl = pathlib.Path("project.tcl").read_text()
name = re.search(r'project_name "(\w+)"', tcl)[1]
options = pathlib.Path("build_opt.tcl").read_text()
assert re.search(r"export\s+1", options)
assert pathlib.Path("build_prj.tcl").is_file() and pathlib.Path(f"firmware/{name}.cpp").is_file()
print("INFO: [HLS 200-10] synthesising", name, sys.argv[1:])
if pathlib.Path("silent").exists():
    sys.exit(0)
project = pathlib.Path(f"{name}_prj")
report = project / "solution1" / "syn" / "report"
report.mkdir(parents=True)
(project / "hls.app").write_text('<project xmlns="com.autoesl.autopilot.project" name="p"><solutions>'
                                 '<solution name="solution1" status=""/></solutions></project>')
(report / f"{name}_csynth.xml").write_text(f'''<?xml version="1.0" encoding="UTF-8"?>
<profile>
<UserAssignments><unit>ns</unit><TargetClockPeriod>2.78</TargetClockPeriod></UserAssignments>
<PerformanceEstimates>
<SummaryOfTimingAnalysis><unit>ns</unit><EstimatedClockPeriod>2.027</EstimatedClockPeriod></SummaryOfTimingAnalysis>
<SummaryOfOverallLatency><unit>clock cycles</unit><Best-caseLatency>16</Best-caseLatency>
<Average-caseLatency>16</Average-caseLatency><Worst-caseLatency>17</Worst-caseLatency>
<Interval-min>1</Interval-min><Interval-max>1</Interval-max></SummaryOfOverallLatency>
</PerformanceEstimates>
<AreaEstimates>
<Resources><BRAM_18K>4</BRAM_18K><DSP>544</DSP><FF>12345</FF><LUT>67890</LUT><URAM>0</URAM></Resources>
<AvailableResources><BRAM_18K>4320</BRAM_18K><DSP>6840</DSP><FF>2364480</FF><LUT>1182240</LUT><URAM>960</URAM>
</AvailableResources>
</AreaEstimates>
</profile>
''')
if re.search(r"vsynth\s+1", options):
    pathlib.Path("vivado_synth.rpt").write_text('''
1. CLB Logic
------------
| CLB LUTs*                  | 21000 |     0 |          0 |   1182240 |  1.78 |
| CLB Registers              |  9000 |     0 |          0 |   2364480 |  0.38 |
2. BLOCKRAM
-----------
| Block RAM Tile |    2 |     0 |          0 |      2160 |  0.09 |
3. ARITHMETIC
-------------
| DSPs           |  540 |     0 |          0 |      6840 |  7.89 |
''')
"""
